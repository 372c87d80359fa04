// The decisions of one update, taken out of their episodes, with targets.
//
// In three steps, because what the learner thinks of stale decisions takes a network:
// GatherExperience; then, for Experience::stale, the log-probabilities and values of
// the policy that is about to be updated; then EstimateTargets.
#ifndef WEFT_LEARNER_PPO_EXPERIENCE_H_
#define WEFT_LEARNER_PPO_EXPERIENCE_H_

#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/config/options.h"
#include "common/policy/decision_batch.h"
#include "common/schedule/trajectory.h"

namespace weft {

// Entry i of every vector is about decision i, but for `episodes` and `stale`.
// Observations point into the episodes, which must outlive this.
struct Experience {
  std::vector<const Observation*> observations;
  std::vector<ActionParts> actions;
  std::vector<double> largest_entropies;  // Nats that the mask allows.
  std::vector<double> rewards;            // Normalized.
  std::vector<float> acting_log_probabilities;

  // Of the policy at the update's start. Where that is the one that acted they are what
  // the actor sent, equal up to float rounding; the others are yet to be computed.
  std::vector<float> proximal_log_probabilities;
  std::vector<double> values;  // In the unit of the (normalized) reward.
  std::vector<int> stale;      // Decisions that other weights took, ascending.

  // Of EstimateTargets.
  std::vector<float> weights;      // Truncated pi/mu; 1 where mu is pi.
  std::vector<double> advantages;  // Normalized over the update.
  std::vector<double> returns;

  std::vector<int> episodes;  // First decision of each, and the number of decisions.
  double mean_reward = 0;     // Per episode, as it came.
  double mean_staleness = 0;  // `version` minus the acting version.

  int size() const { return static_cast<int>(observations.size()); }
};

// `version` is the learner's. Rewards are divided by `reward_scale`. INVALID_ARGUMENT
// naming the episode and step when there are no episodes, an episode has no step, an
// observation is malformed, or an action is illegal under its mask.
absl::StatusOr<Experience> GatherExperience(const std::vector<Trajectory>& episodes,
                                            uint64_t version, double reward_scale = 1);

// Fills weights, advantages and returns; with V-trace where the options say so.
// INTERNAL when a stale decision's probability ratio is not a number.
absl::Status EstimateTargets(const PpoOptions& options, Experience* experience);

// Some decisions of an experience as arrays, each of the same length.
struct Minibatch {
  TokenBatch tokens;
  PartBatch parts;
  std::vector<float> proximal_log_probabilities;
  std::vector<float> weights;
  std::vector<float> values;
  std::vector<float> advantages;
  std::vector<float> returns;
};
Minibatch MakeMinibatch(const Experience& experience,
                        const std::vector<int>& decisions);

}  // namespace weft

#endif  // WEFT_LEARNER_PPO_EXPERIENCE_H_
