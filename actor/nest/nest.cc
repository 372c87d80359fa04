#include "actor/nest/nest.h"

#include "actor/nest/packed_op.h"

namespace weft {
namespace {

uint32_t FusableLoops(const ProgramInfo& program) {
  uint32_t loops = 0;
  for (int d = 0; d < program.fusion.shared_dimensions; ++d) {
    loops |= uint32_t{1} << LoopOfDimension(Output(program.anchor()).coefficients[d]);
  }
  return loops;
}

}  // namespace

Nest::Nest(const StructuredOp& anchor, uint32_t fusable_loops)
    : op(anchor),
      parallelized(anchor.loops.size(), false),
      times_tiled(anchor.loops.size(), 0),
      counts_panels(anchor.loops.size(), false),
      inside_panel(anchor.loops.size(), false),
      fusable_loops(fusable_loops) {
  for (const LoopInfo& loop : anchor.loops) {
    extents.push_back(loop.extent);
    reduction.push_back(loop.reduction);
  }
  full_extents = extents;
}

Nest::Nest(const ProgramInfo& program)
    : Nest(program.anchor(), FusableLoops(program)) {}

std::vector<int64_t> Nest::SplittingSizes(const std::vector<int64_t>& sizes) const {
  std::vector<int64_t> splitting = sizes;
  for (size_t i = 0; i < splitting.size(); ++i) {
    if (splitting[i] >= extents[i]) splitting[i] = 0;
  }
  return splitting;
}

void Nest::Split(const std::vector<int64_t>& sizes, const std::vector<int>& order,
                 bool parallel) {
  const std::vector<int64_t> splitting = SplittingSizes(sizes);
  for (size_t depth = 0; depth < splitting.size(); ++depth) {
    const size_t i = order.empty() ? depth : static_cast<size_t>(order[depth]);
    if (splitting[i] == 0) continue;
    const int64_t tiles = (extents[i] + splitting[i] - 1) / splitting[i];
    outer_loops.push_back({static_cast<int>(i), tiles, parallel});
    extents[i] = splitting[i];
    ++times_tiled[i];
  }
}

// The band over reductions is inside the one over parallel loops and keeps its order.
void Nest::SplitToRegisterTile(const std::vector<int64_t>& sizes) {
  std::vector<int64_t> parallel = sizes;
  std::vector<int64_t> reductions = sizes;
  for (size_t i = 0; i < sizes.size(); ++i) {
    (reduction[i] ? parallel : reductions)[i] = 0;
  }
  Split(parallel, pending_order, false);
  Split(reductions, {}, false);
}

void Nest::Pack(const std::vector<int64_t>& sizes) {
  op = PackedOp(op, extents, sizes);
  for (size_t i = 0; i < sizes.size(); ++i) {
    extents[i] = op.loops[i].extent;
    if (sizes[i] == 0) continue;
    full_extents[i] = (full_extents[i] + sizes[i] - 1) / sizes[i];
    counts_panels[i] = true;
  }
  for (size_t i = sizes.size(); i < op.loops.size(); ++i) {
    extents.push_back(op.loops[i].extent);
    full_extents.push_back(op.loops[i].extent);
    reduction.push_back(false);
    parallelized.push_back(false);
    times_tiled.push_back(0);
    counts_panels.push_back(false);
    inside_panel.push_back(true);
  }
  was_packed = true;
}

void Nest::Advance(const Action& action) {
  history.push_back(action);
  switch (action.kind) {
    case ActionKind::kParallelize:
      for (size_t i = 0; i < extents.size(); ++i) parallelized[i] = action.sizes[i] > 0;
      Split(action.sizes, {}, true);
      was_parallelized = true;
      break;
    case ActionKind::kTile:
      Split(action.sizes, pending_order, false);
      pending_order.clear();
      ++tile_bands;
      break;
    case ActionKind::kInterchange:
      pending_order = action.order;
      break;
    case ActionKind::kVectorize:
      SplitToRegisterTile(action.sizes);
      pending_order.clear();
      done = true;
      break;
    case ActionKind::kPack:
      Pack(action.sizes);
      break;
    case ActionKind::kFuse:
      was_fused = true;
      break;
    case ActionKind::kStop:
      if (!pending_order.empty()) {
        std::vector<int64_t> sizes(extents.size(), 1);
        sizes[pending_order.back()] = 0;
        Split(sizes, pending_order, false);
      }
      pending_order.clear();
      done = true;
      break;
  }
}

}  // namespace weft
