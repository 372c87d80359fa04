// Search for a fast schedule of one program, without a policy that has learned.
//
// This is the baseline that learning must beat, and a tool of its own: `weft search`.
#ifndef WEFT_ACTOR_SEARCH_SEARCH_H_
#define WEFT_ACTOR_SEARCH_SEARCH_H_

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "actor/environment/environment.h"
#include "actor/search/informed_policy.h"
#include "actor/search/journal.h"
#include "actor/search/measuring_pool.h"

namespace weft {

struct SearchOptions {
  std::string strategy = "evolutionary";  // One of StrategyNames().
  int budget = 60;                        // Schedules measured; 1 to 100,000.
  uint64_t seed = 1;
  // Tried before what the strategy proposes, which learns from them; part of the
  // budget. Actions that are not legal become the nearest that are.
  std::vector<Schedule> first;
  // Whether, after the budget, the best schedule that anybody has measured of the
  // program is taken, too. Not for comparing searches: the outcome then depends on what
  // was known.
  bool take_best_known = false;
  int workers = 1;  // Environments that compile side by side; 1 to 64.
  InformedPolicyOptions informed;

  absl::Status Validate() const;
};

// One schedule and what was found about it.
struct Trial {
  Schedule schedule;
  EpisodeResult result;
  bool reused =
      false;  // Known before: from the journal, or from the environment's store.
};

struct SearchProgress {
  int trials = 0;  // Measured or reused.
  int reused = 0;
  std::array<int, kNumOutcomes> outcomes = {};
  double unscheduled_seconds = 0;  // 0 before the first trial.
  std::optional<Trial> best;       // The fastest whose outcome is OK.
  bool interrupted = false;        // Stopped before the budget was used up.
  bool exhausted = false;          // No schedule was found that was not tried.
};

struct SearchHooks {
  // Asked often; true ends the search after the measurements that run. May be empty.
  std::function<bool()> stop;
  // After every trial, on the caller's thread. May be empty. `improved`: trial is the
  // new progress.best.
  std::function<void(const SearchProgress& progress, const Trial& trial, bool improved)>
      on_trial;
};

// Measures up to options.budget different schedules of `program` and returns what was
// found, which is worth having also when the search was interrupted.
//
// First come options.first, then, but for the random strategy, the Openings of the
// program; then what the strategy makes of them.
//
// Rounds of a fixed number of schedules are proposed in sequence, played through an
// environment of the caller's thread to make them legal, then measured by
// options.workers others at once, and learned from in the order proposed. So a search
// is a function of its seed and of the times, whatever the number of workers and
// whoever is faster; and a search with a journal is resumed by running it again:
// schedules that the journal has are not measured. What options.take_best_known adds is
// one trial more than the budget, usually a reused one.
//
// INVALID_ARGUMENT for bad options; else the first error of an environment or of the
// journal. `journal` may be null.
absl::StatusOr<SearchProgress> RunSearch(const std::string& program,
                                         const SearchOptions& options,
                                         const EnvironmentFactory& factory,
                                         Journal* journal, const SearchHooks& hooks);

}  // namespace weft

#endif  // WEFT_ACTOR_SEARCH_SEARCH_H_
