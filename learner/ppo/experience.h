// The decisions of one update, taken out of their episodes, with targets.
#ifndef WEFT_LEARNER_PPO_EXPERIENCE_H_
#define WEFT_LEARNER_PPO_EXPERIENCE_H_

#include <vector>

#include "absl/status/statusor.h"
#include "common/config/options.h"
#include "common/policy/decision_batch.h"
#include "common/schedule/trajectory.h"

namespace weft {

// Entry i of every vector is about decision i. Observations point into the episodes,
// which must outlive this.
struct Experience {
  std::vector<const Observation*> observations;
  std::vector<ActionParts> actions;
  std::vector<float> acting_log_probabilities;
  std::vector<double> acting_values;
  std::vector<double> advantages;  // Normalized over the update.
  std::vector<double> returns;
  double mean_reward = 0;     // Per episode.
  double mean_staleness = 0;  // `version` minus the acting version.

  int size() const { return static_cast<int>(observations.size()); }
};

// INVALID_ARGUMENT naming the episode and step when there are no episodes, an episode
// has no step, an observation is malformed, or an action is illegal under its mask.
absl::StatusOr<Experience> GatherExperience(const std::vector<Trajectory>& episodes,
                                            const PpoOptions& options,
                                            uint64_t version);

// Some decisions of an experience as arrays.
struct Minibatch {
  TokenBatch tokens;
  PartBatch parts;
  std::vector<float> acting_log_probabilities;
  std::vector<float> advantages;
  std::vector<float> returns;
};
Minibatch MakeMinibatch(const Experience& experience,
                        const std::vector<int>& decisions);

}  // namespace weft

#endif  // WEFT_LEARNER_PPO_EXPERIENCE_H_
