#include "actor/worker/transforms/anchor_band.h"

#include <algorithm>
#include <utility>

#include "actor/worker/transforms/vectorize_pack.h"

namespace weft {
namespace {

bool SplitsReduction(const Nest& nest, const std::vector<int64_t>& sizes) {
  for (size_t i = 0; i < sizes.size(); ++i) {
    if (nest.reduction[i] && sizes[i] > 0) return true;
  }
  return false;
}

// The fill as it is inside the band.
void FollowFill(const std::vector<int64_t>& sizes, Emission* emission) {
  Neighbour& fill = MatchNeighbours(emission)[emission->program.fusion.fill];
  const StructuredOp& op = emission->nest.op;
  fill.handle =
      emission->text.ProducerOfOperand(emission->anchor, op.operands.size() - 1);
  const auto& dimensions = Output(op).coefficients;
  for (size_t d = 0; d < dimensions.size(); ++d) {
    const int64_t size = sizes[LoopOfDimension(dimensions[d])];
    if (size > 0) fill.op.loops[d].extent = size;
  }
}

// Whether the band is one over tiles of what the unpack writes, each of whole panels,
// none of which is padded, and of enough columns for vectors.
bool TilesTheUnpacked(const Unpacking& unpacking, const std::vector<int64_t>& sizes) {
  const size_t outer_loops = unpacking.sizes.size();
  const int columns = LoopOfDimension(Output(unpacking.op).coefficients.back());
  if (unpacking.sizes[columns] == 0 && sizes[columns] > 0 &&
      UnpackedColumns(sizes[columns]) == 0) {
    return false;
  }
  for (size_t i = 0; i < outer_loops; ++i) {
    const int64_t panel = unpacking.sizes[i];
    if (panel > 0 && unpacking.extents[i] % panel != 0) return false;
  }
  return std::all_of(sizes.begin() + static_cast<std::ptrdiff_t>(outer_loops),
                     sizes.end(), [](int64_t size) { return size == 0; });
}

// The band around the unpack: of what it writes, dimension by dimension.
void EmitBandOfUnpacked(const std::vector<int64_t>& sizes, Emission* emission) {
  Unpacking& unpacking = *emission->unpacking;
  ScheduleText& text = emission->text;
  const auto& dimensions = Output(unpacking.op).coefficients;
  std::vector<int64_t> tile;
  std::vector<int> dimension_of_loop(unpacking.sizes.size(), -1);
  for (size_t d = 0; d < dimensions.size(); ++d) {
    const int loop = LoopOfDimension(dimensions[d]);
    tile.push_back(sizes[loop] * std::max<int64_t>(unpacking.sizes[loop], 1));
    if (tile.back() > 0) unpacking.extents[loop] = tile.back();
    dimension_of_loop[loop] = static_cast<int>(d);
  }
  std::vector<int> order;
  for (const int loop : emission->nest.pending_order) {
    if (loop < static_cast<int>(dimension_of_loop.size()) &&
        dimension_of_loop[loop] >= 0) {
      order.push_back(dimension_of_loop[loop]);
    }
  }
  unpacking.handle = text.TileAndFuse(unpacking.handle, tile, order);
  emission->anchor = text.ProducerOfOperand(unpacking.handle, 0);
  // Or the anchor outside, which nothing reads any more, would be a second one.
  text.ApplyDce(text.MatchAll("func.func"));
}

}  // namespace

bool BandsCanTakeFill(const ProgramInfo& program) {
  return program.fusion.fill >= 0 && program.anchor_reads_given_values;
}

void EmitBand(const std::vector<int64_t>& sizes, Emission* emission) {
  const std::vector<int>& order = emission->nest.pending_order;
  ScheduleText& text = emission->text;
  if (std::all_of(sizes.begin(), sizes.end(), [](int64_t s) { return s == 0; })) {
    return;
  }
  emission->bands_take_fill &= !SplitsReduction(emission->nest, sizes);
  if (!emission->bands_take_fill) {
    LeaveUnpack(emission);
    emission->anchor = text.TileUsingFor(emission->anchor, sizes, order);
    return;
  }
  MatchNeighbours(emission);
  if (emission->unpacking && TilesTheUnpacked(*emission->unpacking, sizes)) {
    EmitBandOfUnpacked(sizes, emission);
  } else {
    LeaveUnpack(emission);
    emission->anchor = text.TileAndFuse(emission->anchor, sizes, order);
  }
  FollowFill(sizes, emission);
}

void LeaveUnpack(Emission* emission) {
  if (!emission->unpacking) return;
  VectorizeUnpack(*emission->unpacking, &emission->text);
  emission->unpacking.reset();
}

}  // namespace weft
