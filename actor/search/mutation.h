// Changes of schedules as plain data. The result need not be legal: PlaySchedule
// repairs it.
#ifndef WEFT_ACTOR_SEARCH_MUTATION_H_
#define WEFT_ACTOR_SEARCH_MUTATION_H_

#include <random>

#include "actor/search/plan.h"

namespace weft {

// One small change: a size moved to a neighbour in the size table, an action dropped or
// doubled with other sizes, another loop order, another end, or another rest from some
// action on. Requires a schedule with at least one action.
Plan Mutate(const Schedule& schedule, std::mt19937_64& random);

// A beginning of one schedule followed by an end of the other.
Plan CrossOver(const Schedule& first, const Schedule& second, std::mt19937_64& random);

}  // namespace weft

#endif  // WEFT_ACTOR_SEARCH_MUTATION_H_
