// The training loop of a run.
#ifndef WEFT_LEARNER_SERVING_TRAINER_H_
#define WEFT_LEARNER_SERVING_TRAINER_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/config/options.h"
#include "learner/checkpoint/checkpoint_store.h"
#include "learner/checkpoint/run_state.h"
#include "learner/ingest/ingest.h"
#include "learner/ppo/ppo_learner.h"
#include "learner/serving/actor_link.h"
#include "learner/serving/checkpoint_requests.h"
#include "learner/serving/entropy_watch.h"
#include "learner/serving/learner_metrics.h"
#include "learner/serving/run_checkpoints.h"
#include "learner/serving/run_control.h"
#include "learner/serving/run_folder.h"
#include "learner/serving/run_progress.h"
#include "learner/serving/run_results.h"
#include "learner/serving/run_validation.h"
#include "learner/serving/stop_request.h"
#include "learner/weights/weight_publisher.h"
#include "learner/weights/weight_store.h"

namespace weft {

// What the trainer works with; everything must outlive it.
struct TrainerParts {
  PpoLearner* ppo = nullptr;
  TrajectoryLog* log = nullptr;
  TrajectoryQueue* queue = nullptr;
  Ingest* ingest = nullptr;
  WeightStore* weights = nullptr;
  Validator* validator = nullptr;
  CheckpointStore* checkpoints = nullptr;
  RunFolder* folder = nullptr;
  RunProgress* progress = nullptr;
  LearnerMetrics* metrics = nullptr;
  ActorLink* actors = nullptr;
};

// Waits for episodes, updates, publishes, records, and checkpoints, until the
// iterations are done or someone asks it to stop. Training takes the log's order, and a
// checkpoint names the position that it has trained up to, so a resumed run takes the
// same batches as an uninterrupted one.
//
// One thread calls Run; RunControl's functions may be called from any.
class Trainer : public RunControl {
 public:
  Trainer(const TrainConfig& config, const TrainerParts& parts, RunState state);
  ~Trainer() override;

  // Returns OK when it was asked to stop and has left a checkpoint and summary.json.
  // When all iterations are done it writes those, tells the actors to drain and serves
  // the status until it is asked to stop. An error is one that no further waiting
  // cures: three updates in a row failed, or the last checkpoint, the summary or
  // another result cannot be written.
  absl::Status Run();

  v1::GetStatusResponse GetStatus() override;
  void RequestCheckpoint(CheckpointDone done) override;
  void RequestShutdown(const std::string& reason) override;
  // As RequestShutdown, but Run returns this error.
  void Fail(const absl::Status& status);

 private:
  // Nothing when it is time to stop.
  absl::StatusOr<std::vector<QueuedTrajectory>> WaitForEpisodes();
  absl::Status TrainOn(std::vector<QueuedTrajectory> batch);
  void PublishWeights();
  // Also on the publisher's thread.
  void AfterPublishing(uint64_t version, const absl::Status& status);
  void CountDrop(const std::string& reason, uint64_t count);
  void FinishIteration(IterationRecord record, absl::Time start);
  void SaveCheckpointIfDue();
  void TendValidation();
  // Nobody trains any more: the last weights are judged before the actors leave.
  void ValidateLast();
  void AnswerCheckpointRequests();
  // Tries everything that is to be written and returns the first error.
  absl::Status Conclude(const std::string& reason);
  void WaitForActorsToDrain();
  void ServeUntilStopped();

  const TrainConfig config_;
  const TrainerParts parts_;
  // Of the training thread.
  RunState state_;
  RunCheckpoints checkpoints_;
  RunResults results_;
  WeightPublisher publisher_;
  RunValidation validation_;
  EntropyWatch entropy_;
  int failed_updates_ = 0;  // In a row.

  CheckpointRequests checkpoint_requests_;
  StopRequest stop_;
};

}  // namespace weft

#endif  // WEFT_LEARNER_SERVING_TRAINER_H_
