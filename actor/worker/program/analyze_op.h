// From a linalg operation to the plain data that scheduling works on.
#ifndef WEFT_ACTOR_WORKER_PROGRAM_ANALYZE_OP_H_
#define WEFT_ACTOR_WORKER_PROGRAM_ANALYZE_OP_H_

#include "actor/worker/program/structured_op.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"

namespace weft {

// Requires static shapes. `index` and `count` are left for the caller, who sees the
// other operations.
StructuredOp AnalyzeOp(mlir::linalg::LinalgOp op);

}  // namespace weft

#endif  // WEFT_ACTOR_WORKER_PROGRAM_ANALYZE_OP_H_
