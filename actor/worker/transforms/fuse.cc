#include <algorithm>
#include <vector>

#include "actor/worker/transforms/emission.h"

namespace weft {
namespace {

// Gives the loops of a member the extents that they have in a tile.
void FollowAnchor(const Nest& nest, int shared_dimensions, StructuredOp* op) {
  for (int d = 0; d < shared_dimensions; ++d) {
    op->loops[LoopOfDimension(Output(*op).coefficients[d])].extent =
        nest.extents[LoopOfDimension(Output(nest.op).coefficients[d])];
  }
}

}  // namespace

// The loop is there already, around the last operation of the group; from there it goes
// upward, because only producers can be fused into a loop.
void EmitFuse(const Action& /*action*/, Emission* emission) {
  const FusionGroup& group = emission->program.fusion;
  Neighbours& neighbours = MatchNeighbours(emission);
  ScheduleText& text = emission->text;
  // CSE keeps one of two equal operations. The attribute makes the anchor equal to
  // none.
  text.Annotate(emission->anchor, kAnchorAttribute);
  std::vector<int> upward = group.members;
  upward.push_back(emission->program.anchor_index);
  std::sort(upward.rbegin(), upward.rend());
  for (const int index : upward) {
    const bool is_anchor = index == emission->program.anchor_index;
    Handle& handle = is_anchor ? emission->anchor : neighbours[index].handle;
    if (index != upward.front()) {
      // What several members read is fused where the first of them reads it, so that
      // their equal slices have to be one.
      text.ApplyCse(emission->forall);
      handle = text.FuseInto(handle, &emission->forall);
    }
    if (is_anchor) continue;
    StructuredOp& op = neighbours[index].op;
    FollowAnchor(emission->nest, group.shared_dimensions, &op);
    // A few numbers that start a reduction. Two equal fills can have become one
    // operation, which must not be vectorized twice.
    if (op.fill && index != group.fill) handle.clear();
  }
  emission->bands_take_epilogue = !group.epilogue.empty();
  // What members hand to each other then fills a buffer of one tile, not of them all.
  text.ApplyPatterns(text.MatchAll("func.func"), {"tensor.fold_tensor_empty"});
}

}  // namespace weft
