#include "actor/worker/transforms/anchor_band.h"
#include "actor/worker/transforms/cleanup.h"
#include "actor/worker/transforms/emission.h"

namespace weft {

void EmitStop(const Action& /*action*/, Emission* emission) {
  const Nest& nest = emission->nest;
  LeaveUnpack(emission);
  if (!nest.pending_order.empty()) {
    // Loops around single points, in the chosen order. The last one stays inside the
    // operation, where LLVM can vectorize it.
    std::vector<int64_t> sizes(nest.extents.size(), 1);
    sizes[nest.pending_order.back()] = 0;
    emission->anchor = emission->text.TileUsingFor(
        emission->anchor, nest.SplittingSizes(sizes), nest.pending_order);
  }
  // A program that nothing was done to stays as it is, byte for byte.
  if (nest.was_packed) {
    EmitVectorCleanup(&emission->text);  // The packing is vector code already.
  } else if (!nest.history.empty()) {
    EmitCleanup(&emission->text);
  }
}

}  // namespace weft
