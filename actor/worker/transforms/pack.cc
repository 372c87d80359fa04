#include <algorithm>

#include "actor/nest/packed_op.h"
#include "actor/worker/transforms/cleanup.h"
#include "actor/worker/transforms/emission.h"
#include "actor/worker/transforms/vectorize_pack.h"

namespace weft {
namespace {

bool IsIdentity(const std::vector<int64_t>& order) {
  return std::is_sorted(order.begin(), order.end());
}

bool DividesItsLoops(const Nest& nest, const std::vector<int64_t>& sizes) {
  for (size_t i = 0; i < sizes.size(); ++i) {
    if (sizes[i] != 0 && nest.extents[i] % sizes[i] != 0) return false;
  }
  return true;
}

// Whether the fill of the output is where the packed operation is, so that it turns
// into a fill of the packed output and nothing needs to be packed there.
bool FillIsAtHand(const Emission& emission, const std::vector<int64_t>& sizes) {
  const FusionGroup& group = emission.program.fusion;
  return group.fill >= 0 &&
         (!emission.nest.was_parallelized || emission.nest.was_fused) &&
         (group.fills_with_zero || DividesItsLoops(emission.nest, sizes));
}

bool MovesWithParallelized(const Nest& nest, const OperandInfo& operand) {
  for (size_t i = 0; i < nest.parallelized.size(); ++i) {
    if (!nest.parallelized[i]) continue;
    for (const std::vector<int64_t>& dimension : operand.coefficients) {
      if (dimension[i] != 0) return true;
    }
  }
  return false;
}

// The fill that the packed output begins with.
StructuredOp PackedFill(const StructuredOp& fill, const StructuredOp& packed) {
  StructuredOp op = fill;
  const OperandInfo& output = Output(packed);
  const size_t rank = output.coefficients.size();
  op.loops.clear();
  OperandInfo written = output;
  written.coefficients.assign(rank, std::vector<int64_t>(rank, 0));
  written.stride.clear();
  for (size_t d = 0; d < rank; ++d) {
    const int loop = LoopOfDimension(output.coefficients[d]);
    op.loops.push_back({packed.loops[loop].extent, false});
    written.coefficients[d][d] = 1;
    written.stride.push_back(output.stride[loop]);
  }
  op.operands = {written};
  return op;
}

}  // namespace

void EmitPack(const Action& action, Emission* emission) {
  Neighbours& neighbours = MatchNeighbours(emission);
  const StructuredOp& op = emission->nest.op;
  const std::vector<int64_t>& extents = emission->nest.extents;
  const StructuredOp packed_op = PackedOp(op, extents, action.sizes);
  Packing packing{op, extents, action.sizes, packed_op};
  ScheduleText& text = emission->text;
  Handle anchor = text.Pack(emission->anchor, action.sizes);
  const size_t output = op.operands.size() - 1;
  std::vector<Handle> packs(op.operands.size());
  for (size_t i = 0; i < op.operands.size(); ++i) {
    if (!IsPacked(op.operands[i], action.sizes)) continue;
    packs[i] = text.ProducerOfOperand(anchor, i);
    if (i == output) continue;
    const std::vector<int64_t> order = PanelOrder(op, op.operands[i]);
    if (!IsIdentity(order)) text.PackTranspose(&packs[i], &anchor, order);
  }
  const Handle unpack = text.ConsumerOfResult(anchor);
  // Panels that are the same for every tile are made once.
  if (!emission->forall.empty()) text.ApplyLicm(emission->forall);
  const bool fill_at_hand = FillIsAtHand(*emission, action.sizes);
  // Turns a pack of a fill into a fill. Before anything is lowered: the handles follow
  // operations that are replaced by others of their name.
  EmitCleanup(&text);
  for (size_t i = 0; i < op.operands.size(); ++i) {
    if (packs[i].empty() || (i == output && fill_at_hand)) continue;
    packing.shared = emission->nest.was_parallelized &&
                     !MovesWithParallelized(emission->nest, op.operands[i]);
    VectorizePack(packing, i, packs[i], &text);
  }
  emission->bands_take_fill &= fill_at_hand;
  emission->unpacking = Unpacking{unpack, op, extents, action.sizes};
  if (fill_at_hand) {
    Neighbour& fill = neighbours[emission->program.fusion.fill];
    fill.handle = text.ProducerOfOperand(anchor, output);
    fill.op = PackedFill(fill.op, packed_op);
  }
  text.Annotate(anchor, kAnchorAttribute);
  emission->anchor = anchor;
}

}  // namespace weft
