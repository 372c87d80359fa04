// Bands of loops around the anchor. One over parallel loops takes along what starts the
// anchor's output and what finishes it:
//
// - the fill that the output begins with: a register tile then starts from constants;
// - the unpack of a packed result: a register tile is then written once, to its place;
// - the epilogue, such as a bias and an activation, once fuse has put it into the
//   parallel loop: it is then applied to a register tile.
//
// Where they stay outside, the whole output passes through the caches once more for
// each.
#ifndef WEFT_ACTOR_WORKER_TRANSFORMS_ANCHOR_BAND_H_
#define WEFT_ACTOR_WORKER_TRANSFORMS_ANCHOR_BAND_H_

#include <cstdint>
#include <vector>

#include "actor/worker/transforms/emission.h"

namespace weft {

// A band of these sizes in the pending order. While `emission->bands_take_fill`, one
// over parallel loops takes the fill along, and what finishes the output where panels
// divide their loops; any other leaves them outside, and so do the bands that follow.
void EmitBand(const std::vector<int64_t>& sizes, Emission* emission);

// The neighbours, as indices, that will be where the anchor is after EmitBand of these
// sizes, so that they are to be vectorized with it.
std::vector<int> Companions(const std::vector<int64_t>& sizes,
                            const Emission& emission);

// Vectorizes the unpack where it is, if there is one that was not vectorized yet.
void LeaveUnpack(Emission* emission);

}  // namespace weft

#endif  // WEFT_ACTOR_WORKER_TRANSFORMS_ANCHOR_BAND_H_
