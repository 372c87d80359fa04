// What transformed IR says of the operation that is being scheduled.
#ifndef WEFT_ACTOR_WORKER_TRANSFORMS_READ_ANCHOR_H_
#define WEFT_ACTOR_WORKER_TRANSFORMS_READ_ANCHOR_H_

#include <cstdint>
#include <vector>

#include "common/schedule/features.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"

namespace weft {

struct AnchorReading {
  std::vector<int64_t> extents;        // Of its loops.
  std::vector<bool> reduction;         // Iterator kinds, per loop.
  std::vector<OperandState> operands;  // Tensors alone, inputs first.
  std::vector<OuterLoop> outer_loops;  // Around it, outermost first.
};

// Strides and sizes of operands are those of the tensors that the operands are slices
// of, for a slice stays where it is in memory. A loop around the anchor belongs to the
// loop of the anchor whose slices it moves; it stays unknown (-1) when no slice tells.
// Requires that these tensors have static shapes.
AnchorReading ReadAnchor(mlir::linalg::LinalgOp anchor);

}  // namespace weft

#endif  // WEFT_ACTOR_WORKER_TRANSFORMS_READ_ANCHOR_H_
