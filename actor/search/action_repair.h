// From an action that somebody wants to the nearest one that is legal here.
#ifndef WEFT_ACTOR_SEARCH_ACTION_REPAIR_H_
#define WEFT_ACTOR_SEARCH_ACTION_REPAIR_H_

#include <optional>
#include <vector>

#include "common/schedule/action.h"
#include "common/schedule/action_mask.h"

namespace weft {

// The legal choice of sizes nearest to `wanted`, loop by loop, by the ratio of sizes
// (0 counts as the size of a loop left alone). `wanted` may have too few entries or too
// many: a loop without one is left alone where it can be. Requires a mask with a legal
// choice.
std::vector<int64_t> NearestSizes(const SizeMask& mask,
                                  const std::vector<int64_t>& wanted);

// Whether it is an interchange that leaves the loops of more than one point in their
// order, as one from a nest of other shapes may here: it is better dropped than
// repaired into a real one. Pure and thread-safe.
bool ChangesNothing(const ActionMask& mask, const Action& wanted);

// The legal action of the wanted kind nearest to `wanted`; nullopt when the kind is
// masked. Schedules are recombined and mutated as plain data and repaired by this,
// state by state, while they are replayed. Pure and thread-safe.
std::optional<Action> RepairAction(const ActionMask& mask, const Action& wanted);

}  // namespace weft

#endif  // WEFT_ACTOR_SEARCH_ACTION_REPAIR_H_
