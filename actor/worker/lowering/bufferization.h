// Lowering, first half: from tensors to memrefs.
#ifndef WEFT_ACTOR_WORKER_LOWERING_BUFFERIZATION_H_
#define WEFT_ACTOR_WORKER_LOWERING_BUFFERIZATION_H_

#include <vector>

#include "absl/status/statusor.h"
#include "actor/worker/compiler_context.h"
#include "actor/worker/lowering/callable.h"
#include "mlir/IR/BuiltinOps.h"

namespace weft {

// The buffers of a function.
struct BufferLayout {
  std::vector<KernelArgument> arguments;
  std::vector<int> result_arguments;  // The argument that each result is in.
};

// Bufferizes the module's only function, so that it takes memrefs and returns nothing.
// Results that live in an argument are dropped, the others become further arguments;
// see in_place_results.h. With several `threads`, buffers stay inside the parallel
// loops that allocate them.
absl::StatusOr<BufferLayout> Bufferize(CompilerContext& context, mlir::ModuleOp module,
                                       int threads);

}  // namespace weft

#endif  // WEFT_ACTOR_WORKER_LOWERING_BUFFERIZATION_H_
