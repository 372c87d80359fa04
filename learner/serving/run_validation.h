// Validation inside of training: when, with what, and what becomes of the result.
#ifndef WEFT_LEARNER_SERVING_RUN_VALIDATION_H_
#define WEFT_LEARNER_SERVING_RUN_VALIDATION_H_

#include <cstdint>

#include "absl/time/time.h"
#include "common/config/options.h"
#include "learner/checkpoint/checkpoint_store.h"
#include "learner/checkpoint/run_state.h"
#include "learner/ppo/ppo_learner.h"
#include "learner/serving/learner_metrics.h"
#include "learner/serving/run_checkpoints.h"
#include "learner/serving/run_progress.h"
#include "learner/serving/run_results.h"
#include "learner/validation/validator.h"
#include "learner/weights/weight_publisher.h"
#include "learner/weights/weight_store.h"

namespace weft {

// What it works with; everything must outlive it.
struct RunValidationParts {
  Validator* validator = nullptr;
  const PpoLearner* ppo = nullptr;
  WeightStore* weights = nullptr;
  WeightPublisher* publisher = nullptr;
  CheckpointStore* store = nullptr;
  RunCheckpoints* checkpoints = nullptr;
  RunResults* results = nullptr;
  RunProgress* progress = nullptr;
  LearnerMetrics* metrics = nullptr;
};

// Every `validation.every_iterations`, and before the first update, a round begins with
// the newest weights. Training goes on meanwhile. When a round is complete its line
// goes to metrics.jsonl, and the checkpoint of the best round so far is kept as
// best.weft: chosen by the mean reward, on programs that are never trained on. Of the
// training thread.
class RunValidation {
 public:
  RunValidation(const TrainConfig& config, const RunValidationParts& parts);

  // When a run begins or goes on: a round that it should have had by now is due.
  void NoticeStart(const RunState& state);
  // After each iteration.
  void Notice(const RunState& state);
  // Starts the round that is due, once an actor is there for it; takes in the one that
  // is complete. Call every fraction of a second.
  void Tend(RunState* state, absl::Time now);
  // The second half of it alone.
  void Collect(RunState* state, absl::Time now);
  // Whether the state has a round that is in no checkpoint.
  bool unsaved() const { return unsaved_; }

  // The last weights are validated whatever the interval. True while there is a round
  // to wait for.
  void NoticeLast(const RunState& state);
  bool waiting() const { return due_ || parts_.validator->running(); }
  void Abandon();

 private:
  bool ArePublished();
  void Start(const RunState& state, absl::Time now);
  void Finish(const ValidationRound& round, RunState* state);
  // Whether the checkpoint of the best score is kept.
  bool Keep(const ValidationScore& score);

  const ValidationOptions options_;
  const double failure_reward_;
  const RunValidationParts parts_;
  bool due_ = false;
  bool unsaved_ = false;
};

}  // namespace weft

#endif  // WEFT_LEARNER_SERVING_RUN_VALIDATION_H_
