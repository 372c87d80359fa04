#include "actor/worker/transforms/output_fill.h"

#include <algorithm>

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
    emission->anchor = text.TileUsingFor(emission->anchor, sizes, order);
    return;
  }
  MatchNeighbours(emission);
  emission->anchor = text.TileAndFuse(emission->anchor, sizes, order);
  FollowFill(sizes, emission);
}

}  // namespace weft
