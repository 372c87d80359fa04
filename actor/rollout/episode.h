// One episode: a policy schedules a program in an environment until the measurement.
#ifndef WEFT_ACTOR_ROLLOUT_EPISODE_H_
#define WEFT_ACTOR_ROLLOUT_EPISODE_H_

#include <random>
#include <string>

#include "absl/status/statusor.h"
#include "actor/environment/environment.h"
#include "common/policy/policy.h"
#include "common/schedule/trajectory.h"

namespace weft {

// Plays one episode on `program` and returns its trajectory: at least one step, the
// reward in the last. `sequence` is left 0 for the outbox to number. Not thread-safe
// with regard to `environment` and `random`.
//
// After an action that failed, the environment allows only kStop. That forced stop is
// no decision and is not recorded, so the penalty falls on the action that caused it.
//
// `weights_version` is the version at the episode's start. A policy whose weights are
// swapped meanwhile would act with a mixture: give each episode in flight a policy of
// its own, and load weights between episodes.
//
// Errors are the environment's, plus INTERNAL when it offers no action or goes on
// beyond kMaxActions.
absl::StatusOr<Trajectory> RunEpisode(Environment& environment, const Policy& policy,
                                      const std::string& program,
                                      std::mt19937_64& random,
                                      Selection selection = Selection::kSample);

}  // namespace weft

#endif  // WEFT_ACTOR_ROLLOUT_EPISODE_H_
