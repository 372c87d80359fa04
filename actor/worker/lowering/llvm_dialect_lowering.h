// Lowering, second half: from memrefs and vectors to the LLVM dialect.
#ifndef WEFT_ACTOR_WORKER_LOWERING_LLVM_DIALECT_LOWERING_H_
#define WEFT_ACTOR_WORKER_LOWERING_LLVM_DIALECT_LOWERING_H_

#include "absl/status/status.h"
#include "actor/worker/compiler_context.h"
#include "mlir/IR/BuiltinOps.h"

namespace weft {

// Expects a bufferized module whose vectors are lowered. The function's arguments
// become bare pointers that are promised not to alias. With several `threads`, a forall
// becomes a parallel loop of OpenMP with that many; with one, a loop.
absl::Status LowerToLlvmDialect(CompilerContext& context, mlir::ModuleOp module,
                                int threads);

}  // namespace weft

#endif  // WEFT_ACTOR_WORKER_LOWERING_LLVM_DIALECT_LOWERING_H_
