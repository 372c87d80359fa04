#include "actor/worker/transforms/emission.h"

namespace weft {

void EmitTile(const Action& action, Emission* emission) {
  emission->anchor = emission->text.TileUsingFor(
      emission->anchor, emission->nest.SplittingSizes(action.sizes),
      emission->nest.pending_order);
}

}  // namespace weft
