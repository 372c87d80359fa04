// Which register tiles a good compiler engineer would try first.
#ifndef WEFT_ACTOR_SEARCH_REGISTER_TILES_H_
#define WEFT_ACTOR_SEARCH_REGISTER_TILES_H_

#include <cstdint>
#include <vector>

#include "common/schedule/action_mask.h"

namespace weft {

struct RegisterTile {
  std::vector<int64_t> sizes;  // One per loop of the anchor.
  double score = 0;  // Higher is more promising; only the order means something.
};

// The loop that vectors run along: the one whose sizes are all vector lengths; -1:
// none.
int VectorLoopOf(const SizeMask& mask);

// The legal tiles of `mask`, the most promising first; at most `limit` of them.
//
// A tile is promising when its accumulators are many enough to hide the latency of the
// multiply-adds, when each loaded vector and each broadcast element is used often, and
// when its reduction step is short, as long ones only make code longer. Where nothing
// is reduced, all tiles of whole vectors are equal. `lanes` is the number of elements
// in a vector. `channel_loop` is that of a convolution's output channels, -1: not
// known. Where vectors run along another loop, as along the image's rows for channels
// first, only rows of channels share a vector, and every other row loads its own. Pure;
// costs up to a few milliseconds.
std::vector<RegisterTile> RankRegisterTiles(const SizeMask& mask, int64_t lanes,
                                            size_t limit, int channel_loop = -1);

}  // namespace weft

#endif  // WEFT_ACTOR_SEARCH_REGISTER_TILES_H_
