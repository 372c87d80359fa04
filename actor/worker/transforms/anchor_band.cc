#include "actor/worker/transforms/anchor_band.h"

#include <algorithm>
#include <numeric>

#include "actor/worker/transforms/vectorize_pack.h"

namespace weft {
namespace {

bool SplitsReduction(const Nest& nest, const std::vector<int64_t>& sizes) {
  for (size_t i = 0; i < sizes.size(); ++i) {
    if (nest.reduction[i] && sizes[i] > 0) return true;
  }
  return false;
}

// Gives a neighbour whose loops are the dimensions of the anchor's output the extents
// that it has in the band.
void FollowBand(const std::vector<int64_t>& sizes, const StructuredOp& anchor,
                Neighbour* neighbour) {
  const auto& dimensions = Output(anchor).coefficients;
  for (size_t d = 0; d < dimensions.size(); ++d) {
    const int64_t size = sizes[LoopOfDimension(dimensions[d])];
    if (size > 0) neighbour->op.loops[d].extent = size;
  }
}

// Whether the band is one over tiles of what the unpack writes, each of whole panels,
// none of which is padded, and of enough columns for vectors.
bool TilesTheUnpacked(const Unpacking& unpacking, const std::vector<int64_t>& sizes) {
  const size_t outer_loops = unpacking.sizes.size();
  const int columns = LoopOfDimension(Output(unpacking.op).coefficients.back());
  const int64_t width =
      sizes[columns] > 0 ? sizes[columns] : unpacking.extents[columns];
  if (unpacking.sizes[columns] == 0 && UnpackedColumns(width) == 0) return false;
  for (size_t i = 0; i < outer_loops; ++i) {
    const int64_t panel = unpacking.sizes[i];
    if (panel > 0 && unpacking.extents[i] % panel != 0) return false;
  }
  return std::all_of(sizes.begin() + static_cast<std::ptrdiff_t>(outer_loops),
                     sizes.end(), [](int64_t size) { return size == 0; });
}

// Whether a band of these sizes around what finishes the output is one around the
// anchor.
bool TilesTheFinish(const std::vector<int64_t>& sizes, const Emission& emission) {
  if (!emission.unpacking) return emission.bands_take_epilogue;
  return TilesTheUnpacked(*emission.unpacking, sizes);
}

// The sizes and the order of a band, dimension by dimension of the output.
struct OutputBand {
  std::vector<int64_t> sizes;
  std::vector<int> order;
};

OutputBand BandOfOutput(const std::vector<int64_t>& sizes, Emission* emission) {
  Unpacking* unpacking = emission->unpacking ? &*emission->unpacking : nullptr;
  const StructuredOp& op = unpacking ? unpacking->op : emission->nest.op;
  OutputBand band;
  std::vector<int> dimension_of_loop(op.loops.size(), -1);
  for (const std::vector<int64_t>& dimension : Output(op).coefficients) {
    const int loop = LoopOfDimension(dimension);
    const int64_t panel = unpacking ? unpacking->sizes[loop] : 0;
    dimension_of_loop[loop] = static_cast<int>(band.sizes.size());
    band.sizes.push_back(sizes[loop] * std::max<int64_t>(panel, 1));
    if (unpacking && sizes[loop] > 0) unpacking->extents[loop] = band.sizes.back();
  }
  std::vector<int> loops = emission->nest.pending_order;
  if (loops.empty()) {  // As they are, which need not be how the dimensions are.
    loops.resize(dimension_of_loop.size());
    std::iota(loops.begin(), loops.end(), 0);
  }
  for (const int loop : loops) {
    if (loop < static_cast<int>(dimension_of_loop.size()) &&
        dimension_of_loop[loop] >= 0) {
      band.order.push_back(dimension_of_loop[loop]);
    }
  }
  return band;
}

// The band around the last of what finishes the output. Handles are then found from
// there upward, as operands.
void EmitBandOfFinish(const std::vector<int64_t>& sizes, Emission* emission) {
  const OutputBand band = BandOfOutput(sizes, emission);
  ScheduleText& text = emission->text;
  Neighbours& neighbours = MatchNeighbours(emission);
  const std::vector<FusionGroup::Reader> epilogue =
      emission->bands_take_epilogue ? emission->program.fusion.epilogue
                                    : std::vector<FusionGroup::Reader>();
  Handle maker =
      text.TileAndFuse(epilogue.empty() ? emission->unpacking->handle
                                        : neighbours[epilogue.back().op].handle,
                       band.sizes, band.order);
  for (auto reader = epilogue.rbegin(); reader != epilogue.rend(); ++reader) {
    Neighbour& neighbour = neighbours[reader->op];
    neighbour.handle = maker;
    for (size_t d = 0; d < band.sizes.size(); ++d) {
      if (band.sizes[d] > 0) neighbour.op.loops[d].extent = band.sizes[d];
    }
    maker = text.ProducerOfOperand(maker, static_cast<size_t>(reader->operand));
  }
  if (emission->unpacking) {
    emission->unpacking->handle = maker;
    maker = text.ProducerOfOperand(maker, 0);
  }
  emission->anchor = maker;
  // Or the anchor outside, which nothing reads any more, would be a second one.
  text.ApplyDce(text.MatchAll("func.func"));
}

}  // namespace

void EmitBand(const std::vector<int64_t>& sizes, Emission* emission) {
  const std::vector<int>& order = emission->nest.pending_order;
  ScheduleText& text = emission->text;
  if (std::all_of(sizes.begin(), sizes.end(), [](int64_t s) { return s == 0; })) {
    return;
  }
  emission->bands_take_fill &= !SplitsReduction(emission->nest, sizes);
  if (emission->bands_take_fill && TilesTheFinish(sizes, *emission)) {
    EmitBandOfFinish(sizes, emission);
  } else {
    LeaveUnpack(emission);
    emission->bands_take_epilogue = false;
    if (emission->bands_take_fill) MatchNeighbours(emission);
    emission->anchor = emission->bands_take_fill
                           ? text.TileAndFuse(emission->anchor, sizes, order)
                           : text.TileUsingFor(emission->anchor, sizes, order);
  }
  if (!emission->bands_take_fill) return;
  const StructuredOp& op = emission->nest.op;
  Neighbour& fill = MatchNeighbours(emission)[emission->program.fusion.fill];
  fill.handle = text.ProducerOfOperand(emission->anchor, op.operands.size() - 1);
  FollowBand(sizes, op, &fill);
}

std::vector<int> Companions(const std::vector<int64_t>& sizes,
                            const Emission& emission) {
  if (!emission.bands_take_fill || SplitsReduction(emission.nest, sizes)) return {};
  std::vector<int> companions = {emission.program.fusion.fill};
  if (!emission.bands_take_epilogue || !TilesTheFinish(sizes, emission)) {
    return companions;
  }
  for (const FusionGroup::Reader& reader : emission.program.fusion.epilogue) {
    companions.push_back(reader.op);
  }
  return companions;
}

void LeaveUnpack(Emission* emission) {
  if (!emission->unpacking) return;
  VectorizeUnpack(*emission->unpacking, &emission->text);
  emission->unpacking.reset();
}

}  // namespace weft
