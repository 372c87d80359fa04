#include <utility>

#include "actor/worker/transforms/anchor_band.h"
#include "actor/worker/transforms/cleanup.h"
#include "actor/worker/transforms/emission.h"
#include "actor/worker/transforms/neighbours.h"
#include "actor/worker/transforms/register_tile.h"

namespace weft {

void EmitVectorize(const Action& action, Emission* emission) {
  RegisterTile tile;
  tile.sizes = action.sizes;
  tile.mode = action.mode.value_or(VectorizeMode::kContract);
  // Partial results start from zeros of their own.
  emission->bands_take_fill &= tile.mode != VectorizeMode::kReduction;
  // The other neighbours come first: they are found by their position among operations
  // of the same name, and vectorizing the anchor can add such operations.
  Neighbours& neighbours = MatchNeighbours(emission);
  Handle no_fill;
  Handle& fill = emission->bands_take_fill
                     ? neighbours[emission->program.fusion.fill].handle
                     : no_fill;
  Handle outside = std::exchange(fill, "");
  VectorizeNeighbours(neighbours, emission->machine, &emission->text);
  fill = std::move(outside);
  const StructuredOp& op = emission->nest.op;
  const std::vector<int64_t>& extents = emission->nest.extents;
  EmitBand(RegisterBand(op, extents, tile.sizes), emission);
  LeaveUnpack(emission);
  VectorizeRegisterTile(op, extents, tile, emission->anchor, fill, &emission->text);
  EmitVectorCleanup(&emission->text);
}

}  // namespace weft
