#include "actor/worker/transforms/anchor_band.h"
#include "actor/worker/transforms/emission.h"

namespace weft {

void EmitTile(const Action& action, Emission* emission) {
  EmitBand(emission->nest.SplittingSizes(action.sizes), emission);
}

}  // namespace weft
