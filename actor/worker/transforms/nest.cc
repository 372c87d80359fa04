#include "actor/worker/transforms/nest.h"

namespace weft {

Nest::Nest(const StructuredOp& anchor)
    : parallelized(anchor.loops.size(), false), times_tiled(anchor.loops.size(), 0) {
  for (const LoopInfo& loop : anchor.loops) {
    extents.push_back(loop.extent);
    reduction.push_back(loop.reduction);
  }
}

std::vector<int64_t> Nest::SplittingSizes(const std::vector<int64_t>& sizes) const {
  std::vector<int64_t> splitting = sizes;
  for (size_t i = 0; i < splitting.size(); ++i) {
    if (splitting[i] >= extents[i]) splitting[i] = 0;
  }
  return splitting;
}

void Nest::Split(const std::vector<int64_t>& sizes) {
  const std::vector<int64_t> splitting = SplittingSizes(sizes);
  for (size_t i = 0; i < splitting.size(); ++i) {
    if (splitting[i] == 0) continue;
    extents[i] = splitting[i];
    ++times_tiled[i];
  }
}

void Nest::Advance(const Action& action) {
  history.push_back(action);
  switch (action.kind) {
    case ActionKind::kParallelize:
      for (size_t i = 0; i < extents.size(); ++i) parallelized[i] = action.sizes[i] > 0;
      Split(action.sizes);
      was_parallelized = true;
      break;
    case ActionKind::kTile:
      Split(action.sizes);
      pending_order.clear();
      ++tile_bands;
      break;
    case ActionKind::kInterchange:
      pending_order = action.order;
      break;
    case ActionKind::kVectorize:
      Split(action.sizes);
      pending_order.clear();
      done = true;
      break;
    case ActionKind::kStop:
      if (!pending_order.empty()) {
        std::vector<int64_t> sizes(extents.size(), 1);
        sizes[pending_order.back()] = 0;
        Split(sizes);
      }
      pending_order.clear();
      done = true;
      break;
  }
}

}  // namespace weft
