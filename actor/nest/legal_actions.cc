#include "actor/nest/legal_actions.h"

#include <algorithm>
#include <bitset>
#include <utility>

namespace weft {
namespace {

// The shortest vector that is worth having.
constexpr int64_t kShortestVector = 8;

// Sizes of at least `shortest` that split a loop of `extent` evenly into more than one
// tile.
SizeSet SplittingSizes(int64_t extent, int64_t shortest) {
  SizeSet set = 0;
  for (int j = 0; j < kNumSizes; ++j) {
    const int64_t size = kSizeTable[j];
    if (size >= shortest && size < extent && extent % size == 0) set |= SizeSet{1} << j;
  }
  return set;
}

// A mask that lets loops be split evenly, or left alone, but not all left alone.
SizeMask BandSizes(const Nest& nest, bool parallel_only) {
  SizeMask mask;
  const uint32_t vector_loops = VectorLoops(nest.op);
  mask.forbid_all_zero = true;
  for (size_t i = 0; i < nest.extents.size(); ++i) {
    const bool eligible =
        !(parallel_only && nest.reduction[i]) && !nest.inside_panel[i];
    const int64_t shortest = vector_loops >> i & 1 ? kShortestVector : 1;
    mask.allowed.push_back((eligible ? SplittingSizes(nest.extents[i], shortest) : 0) |
                           1);
  }
  return mask;
}

bool AllowsSplit(const SizeMask& mask) {
  return std::any_of(mask.allowed.begin(), mask.allowed.end(),
                     [](SizeSet set) { return set != 1; });
}

// Whether the last action made a loop over tiles that the fusion group can share.
bool TilesCanBeShared(const Nest& nest) {
  if (nest.fusable_loops == 0 || nest.history.empty() ||
      nest.history.back().kind != ActionKind::kParallelize) {
    return false;
  }
  for (size_t i = 0; i < nest.parallelized.size(); ++i) {
    if (nest.parallelized[i] && !(nest.fusable_loops >> i & 1)) return false;
  }
  return true;
}

uint32_t LoopsOfOnePoint(const Nest& nest) {
  uint32_t loops = 0;
  for (size_t i = 0; i < nest.extents.size(); ++i) {
    if (nest.extents[i] <= 1) loops |= uint32_t{1} << i;
  }
  return loops;
}

}  // namespace

ActionMask LegalActions(const Nest& nest, const MachineModel& machine) {
  const StructuredOp& anchor = nest.op;
  ActionMask mask;
  mask.num_loops = anchor.num_loops();
  if (nest.done) return mask;
  const auto allow = [&mask](ActionKind kind) {
    mask.kinds |= uint32_t{1} << static_cast<int>(kind);
  };
  allow(ActionKind::kStop);
  if (!anchor.affine || anchor.num_loops() == 0) return mask;
  for (int m = 0; m < kNumVectorizeModes; ++m) {
    const auto mode = static_cast<VectorizeMode>(m);
    SizeMask sizes = RegisterTileSizes(nest, mode, machine);
    if (sizes.allowed.empty()) continue;
    allow(ActionKind::kVectorize);
    mask.modes |= uint32_t{1} << m;
    mask.sizes[SizeSlot(ActionKind::kVectorize, mode)] = std::move(sizes);
  }
  if (static_cast<int>(nest.history.size()) >= kMaxActions - 1) return mask;
  SizeMask parallel = BandSizes(nest, true);
  if (!nest.was_parallelized && !nest.was_packed && nest.tile_bands == 0 &&
      AllowsSplit(parallel)) {
    allow(ActionKind::kParallelize);
    mask.sizes[SizeSlot(ActionKind::kParallelize, {})] = std::move(parallel);
  }
  if (TilesCanBeShared(nest)) allow(ActionKind::kFuse);
  SizeMask pack = PackSizes(nest, machine);
  if (!nest.was_packed && nest.tile_bands == 0 && nest.pending_order.empty() &&
      !pack.allowed.empty()) {
    allow(ActionKind::kPack);
    mask.sizes[SizeSlot(ActionKind::kPack, {})] = std::move(pack);
  }
  SizeMask tile = BandSizes(nest, false);
  if (nest.tile_bands < kMaxTileBands && AllowsSplit(tile)) {
    allow(ActionKind::kTile);
    mask.sizes[SizeSlot(ActionKind::kTile, {})] = std::move(tile);
  }
  const uint32_t unit_loops = LoopsOfOnePoint(nest);
  const size_t moving =
      nest.extents.size() - std::bitset<kMaxLoops>(unit_loops).count();
  if (nest.pending_order.empty() && moving >= 2) {
    allow(ActionKind::kInterchange);
    mask.unit_loops = unit_loops;
  }
  return mask;
}

}  // namespace weft
