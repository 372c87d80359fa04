// What a search with a strategy tries first.
#ifndef WEFT_ACTOR_SEARCH_OPENINGS_H_
#define WEFT_ACTOR_SEARCH_OPENINGS_H_

#include <vector>

#include "actor/search/informed_policy.h"
#include "actor/search/plan.h"
#include "common/schedule/observation.h"

namespace weft {

// Schedules that are good for most programs of a kind, made from the mask of the first
// observation alone and without chance, so that no search misses them by bad luck:
//
// - where something can be packed, panels of the most promising register tiles
//   (RankRegisterTiles): for a matmul with the panels of columns outside those of rows
//   and the reduction in pieces that stay in the first cache, or at once; for channels
//   first with the image's rows outermost; of large operands, for several threads, and
//   of convolutions, piece by piece in a fused loop over tiles;
// - for each mode of vectorize its most promising register tile: alone, of a
// contraction
//   over blocks of one operand, and of a convolution with another loop outermost;
// - where nothing can be packed, nothing but LLVM.
//
// At most `limit`, the most promising first. One without a terminal action ends with
// one that the informed policy draws; what is not legal becomes the nearest that is.
std::vector<Plan> Openings(const Observation& initial,
                           const InformedPolicyOptions& options, size_t limit);

}  // namespace weft

#endif  // WEFT_ACTOR_SEARCH_OPENINGS_H_
