// What one PPO iteration did: a line of metrics.jsonl.
#ifndef WEFT_LEARNER_SERVING_ITERATION_RECORD_H_
#define WEFT_LEARNER_SERVING_ITERATION_RECORD_H_

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "common/schedule/trajectory.h"
#include "learner/ppo/ppo_learner.h"

namespace weft {

struct IterationRecord {
  uint64_t iteration = 0;
  uint64_t weights_version = 0;  // After the update.
  double seconds = 0;            // Wall time, collecting and updating.
  double elapsed_seconds = 0;    // Of the run, over all resumes.
  int episodes = 0;
  int env_steps = 0;
  int measurements = 0;    // Episodes that were really timed (WasTimed).
  double mean_reward = 0;  // Per episode.
  // Geometric, over unscheduled; a failure counts with its penalty (LogSpeedup).
  double mean_speedup = 1;
  double best_geomean_speedup = 1;  // Over programs, of the best so far.
  std::array<int, kNumOutcomes> outcomes{};
  bool update_failed = false;  // The episodes are dropped; `update` says nothing.
  std::string environment;     // TrainConfig::environment.
  UpdateStats update;

  // The part that follows from the episodes alone.
  static IterationRecord Of(const std::vector<Trajectory>& episodes);

  // One JSON object without a line break; non-finite numbers become null. Without what
  // an update would say where it failed.
  std::string ToJson() const;
};

}  // namespace weft

#endif  // WEFT_LEARNER_SERVING_ITERATION_RECORD_H_
