#include "actor/worker/transforms/emission.h"

namespace weft {
namespace {

// Extents of an operation whose loops are the dimensions of the anchor's output.
void FollowAnchor(const Nest& nest, StructuredOp* op) {
  const OperandInfo& output = Output(nest.op);
  for (size_t d = 0; d < output.coefficients.size(); ++d) {
    op->loops[d].extent = nest.extents[LoopOfDimension(output.coefficients[d])];
  }
}

}  // namespace

// The loop is there already, around the last consumer or, without any, the anchor; from
// there it goes upward, because only producers can be fused into a loop.
void EmitFuse(const Action& /*action*/, Emission* emission) {
  const FusionGroup& group = emission->program.fusion;
  Neighbours& neighbours = MatchNeighbours(emission);
  ScheduleText& text = emission->text;
  for (size_t i = group.consumers.size(); i-- > 0;) {
    Neighbour& consumer = neighbours[group.consumers[i]];
    FollowAnchor(emission->nest, &consumer.op);
    if (i + 1 == group.consumers.size()) continue;
    consumer.handle = text.FuseInto(consumer.handle, &emission->forall);
  }
  if (!group.consumers.empty()) {
    emission->anchor = text.FuseInto(emission->anchor, &emission->forall);
  }
  if (group.fill >= 0) {
    Neighbour& fill = neighbours[group.fill];
    FollowAnchor(emission->nest, &fill.op);
    fill.handle = text.FuseInto(fill.handle, &emission->forall);
  }
  text.Annotate(emission->anchor, kAnchorAttribute);
}

}  // namespace weft
