#include "actor/worker/transforms/register_tile.h"

#include <algorithm>

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

// The sizes of the loops that stay when unit loops are dropped, where one of them is
// longer than its loop, so that the vectors are masked; else empty.
std::vector<int64_t> MaskedSizes(const std::vector<int64_t>& extents,
                                 const std::vector<int64_t>& sizes) {
  std::vector<int64_t> kept;
  bool masked = false;
  for (size_t i = 0; i < sizes.size(); ++i) {
    if (std::min(sizes[i], extents[i]) > 1) kept.push_back(sizes[i]);
    masked |= sizes[i] > extents[i];
  }
  return masked ? kept : std::vector<int64_t>();
}

void VectorizeGeneralized(const std::vector<int64_t>& masked_sizes,
                          const Handle& target, ScheduleText* text) {
  const Handle generic = text->Generalize(target);
  // The folding replaces the operation. Its handle follows through the slices that come
  // with it; an attribute would be lost, and with it the vectorization, silently.
  text->ApplyPatterns(text->MatchAll("func.func"),
                      {"linalg.fold_unit_extent_dims_via_slices"});
  if (masked_sizes.empty()) {
    text->Vectorize(generic);
  } else {
    text->VectorizeBySizes(generic, masked_sizes);
  }
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

void EmitRegisterTile(const StructuredOp& op, const std::vector<int64_t>& extents,
                      const RegisterTile& tile, const Handle& target,
                      ScheduleText* text) {
  Handle tiled =
      text->TileUsingFor(target, BandSizes(op, extents, tile.sizes, false), tile.order);
  if (tile.mode == VectorizeMode::kReduction) {
    VectorizePartialReduction(op, tile.sizes, tiled, text);
    return;
  }
  tiled = text->TileUsingFor(tiled, BandSizes(op, extents, tile.sizes, true), {});
  switch (tile.mode) {
    case VectorizeMode::kGeneralize:
      VectorizeGeneralized(MaskedSizes(extents, tile.sizes), tiled, text);
      break;
    case VectorizeMode::kDecompose:
      text->Vectorize(text->Decompose(tiled));
      break;
    default:
      text->Vectorize(tiled);
  }
}

}  // namespace weft
