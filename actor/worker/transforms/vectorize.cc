#include "actor/worker/transforms/cleanup.h"
#include "actor/worker/transforms/emission.h"
#include "actor/worker/transforms/neighbours.h"
#include "actor/worker/transforms/register_tile.h"

namespace weft {

void EmitVectorize(const Action& action, Emission* emission) {
  // The neighbours come first: they are found by their position among operations of the
  // same name, and vectorizing the anchor can add such operations.
  VectorizeNeighbours(MatchNeighbours(emission), emission->machine, &emission->text);
  RegisterTile tile;
  tile.sizes = action.sizes;
  tile.mode = action.mode.value_or(VectorizeMode::kContract);
  tile.order = emission->nest.pending_order;
  EmitRegisterTile(emission->nest.op, emission->nest.extents, tile, emission->anchor,
                   &emission->text);
  EmitVectorCleanup(&emission->text);
}

}  // namespace weft
