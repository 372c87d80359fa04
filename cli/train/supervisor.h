// Runs a learner and its actors as local processes, and starts again what a signal
// killed.
#ifndef WEFT_CLI_TRAIN_SUPERVISOR_H_
#define WEFT_CLI_TRAIN_SUPERVISOR_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "cli/train/run_directory.h"
#include "common/config/options.h"
#include "common/process/child_process.h"
#include "weft/v1/admin.grpc.pb.h"

namespace weft {

// A process that dies of a signal (the out-of-memory killer, an operator, a fault of
// ours) is started again, the learner from its newest checkpoint. A process that exits
// by itself with an error has said why in its log and would only say it again: the run
// ends with the tail of that log. Not thread-safe. The destructor kills what still
// runs.
class Supervisor {
 public:
  // `programs` is the folder of weft-learner, weft-actor and weft-worker.
  Supervisor(RunDirectory run, TrainConfig config, std::string programs);

  // Returns once the learner serves and every actor was started.
  absl::Status Start(bool resume);

  // Looks after the processes once; call it every second or so. An error ends the run.
  absl::Status Tend();

  // The learner's view of the run. UNAVAILABLE while it is being restarted.
  absl::StatusOr<v1::GetStatusResponse> LearnerStatus();

  // Asks every process to end in an orderly way, the learner last and with a
  // checkpoint, and waits at most `grace` for it. DEADLINE_EXCEEDED names what had not
  // ended by then and, with `kill`, was killed; without, Stop can be called again to
  // wait on.
  absl::Status Stop(absl::Duration grace, bool kill);

  // Kills everything at once.
  void Kill();

  const std::string& learner_admin_address() const { return learner_admin_address_; }
  int learner_restarts() const { return learner_restarts_; }
  int actor_restarts() const { return actor_restarts_; }

 private:
  struct Actor {
    std::string id;
    std::unique_ptr<ChildProcess> process;
    int quick_deaths = 0;  // In a row.
    absl::Time started;
    absl::Time restart_at = absl::InfiniteFuture();
  };

  absl::Status StartLearner(bool resume);
  absl::Status StartActor(Actor* actor);
  absl::Status TendLearner();
  absl::Status TendActor(Actor* actor);
  absl::Status ExitError(const std::string& process, const ExitStatus& status) const;

  const RunDirectory run_;
  const TrainConfig config_;
  const std::string programs_;
  std::string learner_address_;
  std::string learner_admin_address_;
  std::unique_ptr<ChildProcess> learner_;
  std::unique_ptr<v1::AdminService::Stub> admin_;
  std::vector<Actor> actors_;
  int learner_restarts_ = 0;
  int actor_restarts_ = 0;
};

}  // namespace weft

#endif  // WEFT_CLI_TRAIN_SUPERVISOR_H_
