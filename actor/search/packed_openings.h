// First schedules that copy operands into panels.
#ifndef WEFT_ACTOR_SEARCH_PACKED_OPENINGS_H_
#define WEFT_ACTOR_SEARCH_PACKED_OPENINGS_H_

#include <cstdint>
#include <vector>

#include "actor/search/opening_parts.h"
#include "common/schedule/action.h"

namespace weft {

struct PackedOpeningOptions {
  int64_t lanes = 16;  // Elements in a vector.
  int threads = 1;     // More than one: each packs what it needs.
  bool chain = false;  // There is more to fuse than a fill, see HasNeighbours.
  bool large = false;  // Some operand does not fit the cache, see HasLargeOperand.
};

// Schedules that begin with panels of these sizes, one per loop: rows and columns of a
// matmul, or the channels of a convolution alone. The most promising comes first.
std::vector<Schedule> PackedOpenings(const InitialLoops& loops,
                                     const std::vector<int64_t>& panel,
                                     const PackedOpeningOptions& options);

}  // namespace weft

#endif  // WEFT_ACTOR_SEARCH_PACKED_OPENINGS_H_
