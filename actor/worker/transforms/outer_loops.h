// The loops that transformed IR has around an operation.
#ifndef WEFT_ACTOR_WORKER_TRANSFORMS_OUTER_LOOPS_H_
#define WEFT_ACTOR_WORKER_TRANSFORMS_OUTER_LOOPS_H_

#include <vector>

#include "common/schedule/features.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"

namespace weft {

// Outermost first; every dimension of an scf.forall is a loop of its own. A loop of
// unknown length counts as one trip.
std::vector<OuterLoop> FindOuterLoops(mlir::linalg::LinalgOp anchor);

}  // namespace weft

#endif  // WEFT_ACTOR_WORKER_TRANSFORMS_OUTER_LOOPS_H_
