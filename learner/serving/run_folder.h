// The files that a learner leaves in the folder of its run.
#ifndef WEFT_LEARNER_SERVING_RUN_FOLDER_H_
#define WEFT_LEARNER_SERVING_RUN_FOLDER_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "learner/checkpoint/run_state.h"

namespace weft {

// RUN/learner.json    where it serves, written when it does
// RUN/metrics.jsonl   one line an iteration
// RUN/summary.json    the result
// RUN/best/P.mlir     the transform module of program P's best schedule with one
// RUN/checkpoints/    CheckpointStore
// RUN/trajectories/   TrajectoryLog
// RUN/store.sqlite    SqliteStore, unless the config names another file
// RUN/environment     of the newest episodes
// RUN/learner.lock    locked by the one learner that may write here
//
// All but metrics.jsonl are replaced whole. One learner uses a folder; its training
// thread calls everything here.
class RunFolder {
 public:
  // Creates the folder and takes its lock. FAILED_PRECONDITION when another learner has
  // it. The lock ends with the object, or with the process however it ends.
  static absl::StatusOr<RunFolder> Open(const std::string& path);
  ~RunFolder();
  RunFolder(RunFolder&& other) noexcept;
  RunFolder(const RunFolder&) = delete;
  RunFolder& operator=(const RunFolder&) = delete;

  // Whether an earlier learner left a checkpoint or a trajectory here.
  bool HasEarlierRun() const;

  std::string checkpoints() const { return path_ + "/checkpoints"; }
  std::string store() const { return path_ + "/store.sqlite"; }
  std::string trajectories() const { return path_ + "/trajectories"; }

  // The environment whose episodes the log ends with, empty where nothing tells; for
  // runs that have no checkpoint yet, which would tell.
  absl::StatusOr<std::string> ReadEnvironment() const;
  absl::Status WriteEnvironment(const std::string& environment) const;
  absl::Status WriteAddresses(const std::string& grpc_address,
                              const std::string& admin_address) const;
  // Removes lines of iterations and validation rounds that the state does not have: a
  // resumed run does them again.
  absl::Status CutMetricsAfter(const RunState& state) const;
  // The whole line or nothing of it.
  absl::Status AppendMetrics(const std::string& line) const;
  // Removes the file when there is no module, as in the synthetic environment.
  absl::Status WriteBest(const std::string& program, const ProgramRecord& record) const;
  absl::Status WriteSummary(const RunState& state) const;

 private:
  RunFolder(std::string path, int lock_fd);

  std::string path_;
  int lock_fd_;
};

}  // namespace weft

#endif  // WEFT_LEARNER_SERVING_RUN_FOLDER_H_
