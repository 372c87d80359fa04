#include "actor/worker/transforms/register_tile.h"

#include <algorithm>
#include <numeric>

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

}  // namespace

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
  const Handle tiled =
      text->TileUsingFor(target, RegisterBand(op, extents, tile.sizes), {});
  VectorizeRegisterTile(op, extents, tile, tiled, {}, text);
}

}  // namespace weft
