#include "actor/worker/transforms/register_tile.h"

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

void VectorizeGeneralized(const Handle& target, ScheduleText* text) {
  const Handle generic = text->Generalize(target);
  // The folding replaces the operation. Its handle follows through the slices that come
  // with it; an attribute would be lost, and with it the vectorization, silently.
  text->ApplyPatterns(text->MatchAll("func.func"),
                      {"linalg.fold_unit_extent_dims_via_slices"});
  text->Vectorize(generic);
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
      VectorizeGeneralized(tiled, text);
      break;
    case VectorizeMode::kDecompose:
      text->Vectorize(text->Decompose(tiled));
      break;
    default:
      text->Vectorize(tiled);
  }
}

}  // namespace weft
