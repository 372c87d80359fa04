#include "actor/worker/transforms/register_tile.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace weft {
namespace {

// The sizes of the parallel or of the reduction loops; 0 where a loop is not split.
std::vector<int64_t> BandSizes(const StructuredOp& op,
                               const std::vector<int64_t>& extents,
                               const std::vector<int64_t>& sizes, bool reduction) {
  std::vector<int64_t> band(sizes.size(), 0);
  for (size_t i = 0; i < sizes.size(); ++i) {
    if (op.loops[i].reduction == reduction && sizes[i] < extents[i]) band[i] = sizes[i];
  }
  return band;
}

// The sizes of these loops without unit loops, where one of all is longer than its
// loop, so that the vectors are masked; else empty.
std::vector<int64_t> MaskedSizes(const std::vector<int64_t>& extents,
                                 const std::vector<int64_t>& sizes,
                                 const std::vector<int>& loops) {
  std::vector<int64_t> kept;
  for (const int i : loops) {
    if (std::min(sizes[i], extents[i]) > 1) kept.push_back(sizes[i]);
  }
  for (size_t i = 0; i < sizes.size(); ++i) {
    if (sizes[i] > extents[i]) return kept;
  }
  return {};
}

std::vector<int> LoopsOfOutput(const StructuredOp& op) {
  std::vector<int> loops;
  for (const std::vector<int64_t>& dimension : Output(op).coefficients) {
    loops.push_back(LoopOfDimension(dimension));
  }
  return loops;
}

void VectorizeMasked(const Handle& target, const std::vector<int64_t>& masked_sizes,
                     ScheduleText* text) {
  if (masked_sizes.empty()) {
    text->Vectorize(target);
  } else {
    text->VectorizeBySizes(target, masked_sizes);
  }
}

void VectorizeGeneralized(const StructuredOp& op, const std::vector<int64_t>& extents,
                          const std::vector<int64_t>& sizes, const Handle& target,
                          const std::vector<Handle>& companions, ScheduleText* text) {
  const Handle generic = text->Generalize(target);
  std::vector<Handle> generic_companions;
  for (const Handle& companion : companions) {
    generic_companions.push_back(text->Generalize(companion));
  }
  // The folding replaces operations. Their handles follow through the slices that come
  // with it; an attribute would be lost, and with it the vectorization, silently.
  text->ApplyPatterns(text->MatchAll("func.func"),
                      {"linalg.fold_unit_extent_dims_via_slices"});
  std::vector<int> all(sizes.size());
  std::iota(all.begin(), all.end(), 0);
  for (const Handle& companion : generic_companions) {
    VectorizeMasked(companion, MaskedSizes(extents, sizes, LoopsOfOutput(op)), text);
  }
  VectorizeMasked(generic, MaskedSizes(extents, sizes, all), text);
}

void VectorizePartialReduction(const StructuredOp& op,
                               const std::vector<int64_t>& sizes, const Handle& target,
                               ScheduleText* text) {
  std::vector<int64_t> widths(sizes.size(), 0);
  for (size_t i = 0; i < sizes.size(); ++i) {
    if (op.loops[i].reduction) widths[i] = sizes[i];
  }
  const ScheduleText::SplitReduction split = text->TileReduction(target, widths);
  text->Vectorize(split.fill);
  text->Vectorize(split.partial);
  text->Vectorize(split.combine);
}

// The loop that the size leaves a rest of, or -1.
int LoopWithRest(const std::vector<int64_t>& extents,
                 const std::vector<int64_t>& sizes) {
  for (size_t i = 0; i < sizes.size(); ++i) {
    if (sizes[i] < extents[i] && extents[i] % sizes[i] != 0) return static_cast<int>(i);
  }
  return -1;
}

// `sizes` but for `loop`, along which one vector takes all of it.
void VectorizeRest(const StructuredOp& op, const std::vector<int64_t>& extents,
                   std::vector<int64_t> sizes, int loop, const Handle& rest,
                   ScheduleText* text) {
  while (sizes[loop] / 2 >= extents[loop]) sizes[loop] /= 2;
  const Handle tiled = text->TileUsingFor(rest, RegisterBand(op, extents, sizes), {});
  if (sizes[loop] > extents[loop]) {
    text->VectorizeBySizes(tiled, sizes);
  } else {
    text->Vectorize(tiled);
  }
}

}  // namespace

std::vector<int64_t> BandAroundRest(const StructuredOp& op,
                                    const std::vector<int64_t>& extents,
                                    const std::vector<int64_t>& sizes,
                                    const std::vector<int>& order) {
  std::vector<int64_t> band = RegisterBand(op, extents, sizes);
  const std::vector<int64_t> none(band.size(), 0);
  const int loop = LoopWithRest(extents, sizes);
  if (loop < 0) return none;
  const bool inside_others = std::exchange(band[loop], 0) > 0;
  bool passed = false;
  for (size_t depth = 0; depth < band.size(); ++depth) {
    const int i = order.empty() ? static_cast<int>(depth) : order[depth];
    if (inside_others && passed && band[i] > 0) return none;
    passed |= i == loop;
  }
  return band;
}

std::vector<int64_t> InsideBand(std::vector<int64_t> extents,
                                const std::vector<int64_t>& band) {
  for (size_t i = 0; i < extents.size(); ++i) {
    if (band[i] > 0) extents[i] = band[i];
  }
  return extents;
}

bool LeavesRest(const std::vector<int64_t>& extents,
                const std::vector<int64_t>& sizes) {
  return LoopWithRest(extents, sizes) >= 0;
}

Handle SplitOffRest(const StructuredOp& op, const RegisterTile& tile,
                    const Handle& target, std::vector<int64_t>* extents,
                    ScheduleText* text) {
  const int loop = LoopWithRest(*extents, tile.sizes);
  if (loop < 0) return target;
  std::vector<int64_t> rest_extents = *extents;
  rest_extents[loop] %= tile.sizes[loop];
  (*extents)[loop] -= rest_extents[loop];
  const ScheduleText::SplitLoop split =
      text->Split(target, static_cast<size_t>(loop), (*extents)[loop]);
  // Upstream, which folds slices into writes, takes that of a single element, once it
  // has lost its unit dimensions, for one of the whole tile, and drops all others.
  if (op.kind == AnchorKind::kElementwise && rest_extents[loop] > 1) {
    VectorizeRest(op, rest_extents, tile.sizes, loop, split.rest, text);
  }
  return split.main;
}

std::vector<int64_t> RegisterBand(const StructuredOp& op,
                                  const std::vector<int64_t>& extents,
                                  const std::vector<int64_t>& sizes) {
  return BandSizes(op, extents, sizes, false);
}

void VectorizeRegisterTile(const StructuredOp& op, const std::vector<int64_t>& extents,
                           const RegisterTile& tile, const Handle& target,
                           const std::vector<Handle>& companions, ScheduleText* text) {
  if (tile.mode == VectorizeMode::kReduction) {
    VectorizePartialReduction(op, tile.sizes, target, text);
    return;
  }
  const Handle tiled =
      text->TileUsingFor(target, BandSizes(op, extents, tile.sizes, true), {});
  if (tile.mode == VectorizeMode::kGeneralize) {
    VectorizeGeneralized(op, extents, tile.sizes, tiled, companions, text);
    return;
  }
  for (const Handle& companion : companions) text->Vectorize(companion);
  const bool decompose = tile.mode == VectorizeMode::kDecompose;
  text->Vectorize(decompose ? text->Decompose(tiled) : tiled);
}

void EmitRegisterTile(const StructuredOp& op, const std::vector<int64_t>& extents,
                      const RegisterTile& tile, const Handle& target,
                      ScheduleText* text) {
  const std::vector<int64_t> around = BandAroundRest(op, extents, tile.sizes, {});
  std::vector<int64_t> even = InsideBand(extents, around);
  const Handle main =
      SplitOffRest(op, tile, text->TileUsingFor(target, around, {}), &even, text);
  const Handle tiled = text->TileUsingFor(main, RegisterBand(op, even, tile.sizes), {});
  VectorizeRegisterTile(op, even, tile, tiled, {}, text);
}

}  // namespace weft
