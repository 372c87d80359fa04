#include "actor/worker/transforms/emission.h"
#include "actor/worker/transforms/output_fill.h"

namespace weft {

void EmitTile(const Action& action, Emission* emission) {
  EmitBand(emission->nest.SplittingSizes(action.sizes), emission);
}

}  // namespace weft
