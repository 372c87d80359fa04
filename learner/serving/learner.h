// A whole learner: everything but the flags of the process and the policy's library.
#ifndef WEFT_LEARNER_SERVING_LEARNER_H_
#define WEFT_LEARNER_SERVING_LEARNER_H_

#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/config/options.h"
#include "common/metrics/admin_server.h"
#include "common/rpc/server.h"
#include "common/store/shared_store.h"
#include "learner/checkpoint/checkpoint_store.h"
#include "learner/checkpoint/run_state.h"
#include "learner/ingest/ingest.h"
#include "learner/ppo/ppo_learner.h"
#include "learner/serving/admin_service.h"
#include "learner/serving/learner_metrics.h"
#include "learner/serving/periodic_task.h"
#include "learner/serving/run_folder.h"
#include "learner/serving/run_progress.h"
#include "learner/serving/storage_watch.h"
#include "learner/serving/store_service.h"
#include "learner/serving/trainer.h"
#include "learner/serving/trajectory_service.h"
#include "learner/serving/weights_service.h"
#include "learner/validation/validator.h"
#include "learner/weights/weight_store.h"

namespace weft {

// Serves from Create until Run returns. Run is called once, by the thread that may use
// the PpoLearner; RequestStop by any thread.
class Learner {
 public:
  static constexpr absl::Duration kDefaultStorageDeadline = absl::Seconds(30);

  // Opens the run's folder and starts to serve; RUN/learner.json exists when it
  // returns. Without `resume`: FAILED_PRECONDITION when the folder holds an earlier
  // run. With it: goes on from the newest valid checkpoint and queues again what the
  // log holds after it, which may be everything when there is no checkpoint yet.
  //
  // A full disk is often cleaned up by whoever sees the error. A run that can store no
  // trajectory for `storage_deadline` ends with that error, and can be resumed.
  static absl::StatusOr<std::unique_ptr<Learner>> Create(
      const TrainConfig& config, const std::string& run_dir, bool resume,
      std::unique_ptr<PpoLearner> ppo,
      absl::Duration storage_deadline = kDefaultStorageDeadline);
  ~Learner();

  // See Trainer::Run.
  absl::Status Run() { return trainer_->Run(); }
  void RequestStop(const std::string& reason) { trainer_->RequestShutdown(reason); }

  const std::string& grpc_address() const { return server_->address(); }
  const std::string& admin_address() const { return admin_server_->address(); }

 private:
  Learner(const TrainConfig& config, RunFolder folder, CheckpointStore checkpoints,
          std::unique_ptr<PpoLearner> ppo, absl::Duration storage_deadline);

  absl::StatusOr<RunState> Restore();
  // `moved`: from another environment than the config's.
  absl::Status OpenLog(bool resume, bool moved, RunState* state);
  absl::Status LeaveEpisodesBehind(RunState* state);
  absl::Status OpenStore();
  absl::Status StartServing(RunState state);
  IngestObserver Observer();
  void Beat();
  // Says so on /readyz, and gives up when storing has failed for too long.
  void CheckStorage();

  const TrainConfig config_;
  RunFolder folder_;
  CheckpointStore checkpoints_;
  std::unique_ptr<PpoLearner> ppo_;
  const std::shared_ptr<prometheus::Registry> registry_;
  LearnerMetrics metrics_;
  RunProgress progress_;
  WeightStore weights_;
  Validator validator_;
  TrajectoryQueue queue_;
  std::unique_ptr<TrajectoryLog> log_;
  std::unique_ptr<SharedStore> store_;
  StorageWatch storage_;

  // What follows is destroyed first, last member first: no call comes in any more when
  // what it would use goes away.
  std::unique_ptr<Ingest> ingest_;
  std::unique_ptr<TrajectoryService> trajectory_service_;
  std::unique_ptr<Trainer> trainer_;
  std::unique_ptr<WeightsService> weights_service_;
  std::unique_ptr<StoreService> store_service_;
  std::unique_ptr<AdminService> admin_service_;
  std::unique_ptr<AdminServer> admin_server_;
  std::unique_ptr<RpcServer> server_;
  std::optional<PeriodicTask> heartbeat_;
};

}  // namespace weft

#endif  // WEFT_LEARNER_SERVING_LEARNER_H_
