// When the training thread writes checkpoints, and what is in them.
#ifndef WEFT_LEARNER_SERVING_RUN_CHECKPOINTS_H_
#define WEFT_LEARNER_SERVING_RUN_CHECKPOINTS_H_

#include <cstdint>
#include <deque>
#include <string>

#include "absl/status/statusor.h"
#include "common/config/options.h"
#include "learner/checkpoint/checkpoint_store.h"
#include "learner/checkpoint/run_state.h"
#include "learner/ingest/trajectory_log.h"
#include "learner/ppo/ppo_learner.h"
#include "learner/serving/learner_metrics.h"

namespace weft {

// Writes the state of the run and of the learner together, and trims the trajectory log
// to what the oldest checkpoint that is kept still needs. Not thread-safe.
class RunCheckpoints {
 public:
  // `resumed` is the state that training goes on from. What is passed by pointer must
  // outlive it.
  RunCheckpoints(const TrainConfig& config, const PpoLearner* ppo, TrajectoryLog* log,
                 CheckpointStore* store, LearnerMetrics* metrics,
                 const RunState& resumed);

  // Returns the file's path. A failure is counted and logged; until a later attempt
  // succeeds the older checkpoints and the log lose nothing.
  absl::StatusOr<std::string> Save(const RunState& state);

  // Whether checkpoint_every_iterations have passed since the newest.
  bool IsDue(const RunState& state) const;
  bool HasSaved(const RunState& state) const;

 private:
  absl::StatusOr<std::string> Write(const RunState& state);
  void TrimLog(uint64_t position);

  const TrainConfig config_;
  const PpoLearner* const ppo_;
  TrajectoryLog* const log_;
  CheckpointStore* const store_;
  LearnerMetrics* const metrics_;
  std::deque<uint64_t> saved_positions_;  // Of the kept checkpoints, oldest first.
  uint64_t iteration_saved_ = 0;          // Of the newest checkpoint; 0: none.
};

}  // namespace weft

#endif  // WEFT_LEARNER_SERVING_RUN_CHECKPOINTS_H_
