// From a linalg operation to the plain data that scheduling works on.
#ifndef WEFT_ACTOR_WORKER_PROGRAM_ANALYZE_OP_H_
#define WEFT_ACTOR_WORKER_PROGRAM_ANALYZE_OP_H_

#include <cstdint>
#include <vector>

#include "actor/nest/structured_op.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"

namespace weft {

// Requires static shapes. `index` and `count` are left for the caller, who sees the
// other operations.
StructuredOp AnalyzeOp(mlir::linalg::LinalgOp op);

// Arithmetic on floating-point numbers per execution of the body, counting a fused
// multiply-add as two.
int FlopsPerPoint(mlir::linalg::LinalgOp op);

// coefficients[d][i]: how far the d-th index moves per step of loop i. Clears
// `*affine`, if there is one, for an index that is not a sum of loops times constants;
// it then counts as not moving.
std::vector<std::vector<int64_t>> IndexCoefficients(mlir::AffineMap map,
                                                    bool* affine = nullptr);

}  // namespace weft

#endif  // WEFT_ACTOR_WORKER_PROGRAM_ANALYZE_OP_H_
