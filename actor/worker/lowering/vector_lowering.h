// Lowering, middle: from vectors of any rank to those that LLVM knows.
#ifndef WEFT_ACTOR_WORKER_LOWERING_VECTOR_LOWERING_H_
#define WEFT_ACTOR_WORKER_LOWERING_VECTOR_LOWERING_H_

#include "absl/status/status.h"
#include "actor/worker/compiler_context.h"
#include "mlir/IR/BuiltinOps.h"

namespace weft {

// Turns contractions into outer products, transfers into loads and stores of rank 1,
// transposes into shuffles; exp, tanh and their like into polynomials; and copies of
// memrefs into linalg.copy, for memref.copy would call a runtime library.
absl::Status LowerVectors(CompilerContext& context, mlir::ModuleOp module);

}  // namespace weft

#endif  // WEFT_ACTOR_WORKER_LOWERING_VECTOR_LOWERING_H_
