// What a strategy proposes, and how it becomes a legal schedule.
#ifndef WEFT_ACTOR_SEARCH_PLAN_H_
#define WEFT_ACTOR_SEARCH_PLAN_H_

#include <random>
#include <string>

#include "absl/status/statusor.h"
#include "actor/environment/environment.h"
#include "actor/search/informed_policy.h"
#include "common/schedule/action.h"

namespace weft {

// How a plan goes on after its wanted actions.
enum class Completion {
  kUniform,   // By uniform choices.
  kInformed,  // By an InformedPolicy.
  kEnd,       // With a terminal action at once.
};

// The actions that are wanted, which need not be legal, and what follows them.
struct Plan {
  Schedule wanted;
  Completion completion = Completion::kInformed;
};

// Replays the plan from the start of an episode: a wanted action becomes the nearest
// legal one of its kind, and one whose kind is masked is left out. The result is a
// complete schedule of at most kMaxActions. Nothing is measured; the environment is
// left in the middle of an episode. Errors are those of the environment.
absl::StatusOr<Schedule> PlaySchedule(Environment& environment,
                                      const std::string& program, const Plan& plan,
                                      const InformedPolicy& informed,
                                      std::mt19937_64& random);

// Plays exactly `schedule` and measures it.
absl::StatusOr<EpisodeResult> MeasureSchedule(Environment& environment,
                                              const std::string& program,
                                              const Schedule& schedule);

}  // namespace weft

#endif  // WEFT_ACTOR_SEARCH_PLAN_H_
