// Where to look next, given what was measured so far.
#ifndef WEFT_ACTOR_SEARCH_STRATEGY_H_
#define WEFT_ACTOR_SEARCH_STRATEGY_H_

#include <memory>
#include <random>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "actor/search/plan.h"

namespace weft {

// Proposes plans and learns from their times. Everything random comes from the engine
// that Propose is given, so a strategy that is told the same times proposes the same
// plans. Not thread-safe.
class Strategy {
 public:
  virtual ~Strategy() = default;
  virtual Plan Propose(std::mt19937_64& random) = 0;
  // `seconds` is positive, or infinite when the schedule failed.
  virtual void Learn(const Schedule& schedule, double seconds) = 0;
};

// The names that MakeStrategy knows.
//   random        uniform legal schedules: the baseline of baselines
//   greedy        informed schedules for a third of the budget, then changes of the
//   best evolutionary  informed schedules for a quarter, then mutation and crossover of
//   the
//                 good ones, with some fresh ones
//   beam          grows the best few beginnings of schedules action by action
const std::vector<std::string>& StrategyNames();

// `budget` is how many plans will be asked for. INVALID_ARGUMENT for an unknown name.
absl::StatusOr<std::unique_ptr<Strategy>> MakeStrategy(const std::string& name,
                                                       int budget);

}  // namespace weft

#endif  // WEFT_ACTOR_SEARCH_STRATEGY_H_
