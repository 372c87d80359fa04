// When the training thread writes checkpoints, and what is in them.
#ifndef WEFT_LEARNER_SERVING_RUN_CHECKPOINTS_H_
#define WEFT_LEARNER_SERVING_RUN_CHECKPOINTS_H_

#include <cstdint>
#include <deque>
#include <functional>
#include <future>
#include <optional>
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
// to what the oldest checkpoint that is kept still needs. A checkpoint is of the moment
// at which it was begun: the states are copied then, and written on another thread, at
// most one checkpoint at a time. While one is under way the store is not to be touched:
// Wait. Not thread-safe.
class RunCheckpoints {
 public:
  // `resumed` is the state that training goes on from. What is passed by pointer must
  // outlive it.
  RunCheckpoints(const TrainConfig& config, const PpoLearner* ppo, TrajectoryLog* log,
                 CheckpointStore* store, LearnerMetrics* metrics,
                 const RunState& resumed);

  // Begins a checkpoint, after the one under way. A failure is counted and logged;
  // until a later attempt succeeds the older checkpoints and the log lose nothing.
  void Begin(const RunState& state);
  // Takes in a checkpoint that is durable by now, and trims the log. Call it often.
  void Tend();
  // Waits for the one under way, if there is one, and takes it in.
  void Wait();
  // Begins one and waits for it. Returns the file's path.
  absl::StatusOr<std::string> Save(const RunState& state);

  // Whether checkpoint_every_iterations have passed since the newest, which may be
  // under way.
  bool IsDue(const RunState& state) const;
  bool HasSaved(const RunState& state) const;  // Durably.

 private:
  struct Written {
    std::string path;
    double seconds = 0;
  };
  // What is under way.
  struct Writing {
    uint64_t iteration = 0;
    uint64_t log_position = 0;
    std::future<absl::StatusOr<Written>> result;
  };

  using Writer = std::function<absl::StatusOr<Written>()>;

  // Everything that a checkpoint needs is copied into what writes it.
  absl::StatusOr<Writer> Copy(const RunState& state) const;
  absl::Status BeginCopied(const RunState& state);
  absl::StatusOr<std::string> Take();
  absl::Status Failed(uint64_t iteration, const absl::Status& status);
  void TrimLog(uint64_t position);

  const TrainConfig config_;
  const PpoLearner* const ppo_;
  TrajectoryLog* const log_;
  CheckpointStore* const store_;
  LearnerMetrics* const metrics_;
  std::deque<uint64_t> saved_positions_;  // Of the kept checkpoints, oldest first.
  uint64_t iteration_saved_ = 0;          // Of the newest checkpoint; 0: none.
  std::optional<Writing> writing_;        // Last: its thread uses what is above.
};

}  // namespace weft

#endif  // WEFT_LEARNER_SERVING_RUN_CHECKPOINTS_H_
