#include "actor/worker/transforms/emission.h"

namespace weft {

void EmitParallelize(const Action& action, Emission* emission) {
  emission->anchor = emission->text.TileUsingForall(
      emission->anchor, emission->nest.SplittingSizes(action.sizes));
}

}  // namespace weft
