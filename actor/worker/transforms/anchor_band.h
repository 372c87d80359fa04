// Bands of loops around the anchor. One over parallel loops takes along what starts the
// anchor's output and what finishes it:
//
// - the fill that the output begins with: a register tile then starts from constants;
// - the unpack of a packed result: a register tile is then written once, to its place.
//
// Where they stay outside, the whole output passes through the caches once more for
// each.
#ifndef WEFT_ACTOR_WORKER_TRANSFORMS_ANCHOR_BAND_H_
#define WEFT_ACTOR_WORKER_TRANSFORMS_ANCHOR_BAND_H_

#include <cstdint>
#include <vector>

#include "actor/worker/transforms/emission.h"

namespace weft {

// Whether bands can take the fill along in a program to which nothing was done yet. The
// transform takes everything along that makes an operand of the anchor, and computes it
// anew for every tile, so nothing but the fill may make one.
bool BandsCanTakeFill(const ProgramInfo& program);

// A band of these sizes in the pending order. While `emission->bands_take_fill`, one
// over parallel loops takes the fill along, and the unpack where panels divide their
// loops; any other leaves both outside, and so do the bands that follow.
void EmitBand(const std::vector<int64_t>& sizes, Emission* emission);

// Vectorizes the unpack where it is, if there is one that was not vectorized yet.
void LeaveUnpack(Emission* emission);

}  // namespace weft

#endif  // WEFT_ACTOR_WORKER_TRANSFORMS_ANCHOR_BAND_H_
