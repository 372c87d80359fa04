// One episode: a policy schedules a program in an environment until the measurement.
#ifndef WEFT_ACTOR_ROLLOUT_EPISODE_H_
#define WEFT_ACTOR_ROLLOUT_EPISODE_H_

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "actor/environment/environment.h"
#include "common/policy/policy.h"
#include "common/schedule/trajectory.h"
#include "common/time/stopwatch.h"

namespace weft {

// One episode, action by action, for who decides about several at once. Not
// thread-safe; `environment` must outlive it and play nothing else meanwhile.
class EpisodePlay {
 public:
  static absl::StatusOr<EpisodePlay> Begin(Environment* environment,
                                           const std::string& program,
                                           uint64_t weights_version);

  // Whether a terminal action has been applied.
  bool done() const { return done_; }
  // What the next action is to be decided on. INTERNAL when the environment offers no
  // action or goes on beyond kMaxActions.
  absl::StatusOr<const Observation*> Look() const;
  absl::Status Act(Decision decision);
  // Measures; once, and only when done.
  absl::StatusOr<Trajectory> Finish();

 private:
  explicit EpisodePlay(Environment* environment) : environment_(environment) {}

  Environment* environment_;
  Observation observation_;
  Trajectory trajectory_;
  uint32_t restarts_before_ = 0;
  Stopwatch stopwatch_;
  bool done_ = false;
};

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

// The same for several programs at once, each in an environment of its own: of
// `environments`, all different, there must be at least as many. The policy decides
// about those that are not done with one call. The trajectories are in the programs'
// order; the first error ends all episodes.
absl::StatusOr<std::vector<Trajectory>> RunEpisodes(
    const std::vector<Environment*>& environments, const Policy& policy,
    const std::vector<std::string>& programs, std::mt19937_64& random,
    Selection selection = Selection::kSample);

}  // namespace weft

#endif  // WEFT_ACTOR_ROLLOUT_EPISODE_H_
