// Lowering, first half: from tensors to memrefs.
#ifndef WEFT_ACTOR_WORKER_LOWERING_BUFFERIZATION_H_
#define WEFT_ACTOR_WORKER_LOWERING_BUFFERIZATION_H_

#include <vector>

#include "absl/status/statusor.h"
#include "actor/worker/compiler_context.h"
#include "actor/worker/lowering/callable.h"
#include "mlir/IR/BuiltinOps.h"

namespace weft {

// Bufferizes the module's only function, so that it takes memrefs and returns nothing,
// and says what each of its arguments is. Results that live in an argument are dropped,
// the others become further arguments; see in_place_results.h. With several `threads`,
// buffers stay inside the parallel loops that allocate them.
absl::StatusOr<std::vector<KernelArgument>> Bufferize(CompilerContext& context,
                                                      mlir::ModuleOp module,
                                                      int threads);

}  // namespace weft

#endif  // WEFT_ACTOR_WORKER_LOWERING_BUFFERIZATION_H_
