// The fill that the anchor's output begins with, taken along into the bands around the
// anchor: a register tile then starts from constants. Where the fill stays outside, the
// whole output passes through the caches once more.
#ifndef WEFT_ACTOR_WORKER_TRANSFORMS_OUTPUT_FILL_H_
#define WEFT_ACTOR_WORKER_TRANSFORMS_OUTPUT_FILL_H_

#include <cstdint>
#include <vector>

#include "actor/worker/transforms/emission.h"

namespace weft {

// Whether bands can take the fill along in a program to which nothing was done yet. The
// transform takes everything along that makes an operand of the anchor, and computes it
// anew for every tile, so nothing but the fill may make one.
bool BandsCanTakeFill(const ProgramInfo& program);

// A band of these sizes around the anchor, in the pending order. While
// `emission->bands_take_fill`, one over parallel loops takes the fill along; any other
// leaves it outside, and the bands that follow, too.
void EmitBand(const std::vector<int64_t>& sizes, Emission* emission);

}  // namespace weft

#endif  // WEFT_ACTOR_WORKER_TRANSFORMS_OUTPUT_FILL_H_
