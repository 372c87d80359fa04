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
  // `config_file` holds `config`, for the processes; `programs` is the folder of
  // weft-learner, weft-actor and weft-worker.
  Supervisor(RunDirectory run, TrainConfig config, std::string config_file,
             std::string programs);

  // Starts the learner. Tend starts the actors once it serves.
  absl::Status Start(bool resume);

  // Looks after the processes once and returns at once; call it every second or so. An
  // error ends the run.
  absl::Status Tend();

  // The learner's view of the run. UNAVAILABLE while it starts.
  absl::StatusOr<v1::GetStatusResponse> LearnerStatus();

  // Asks every process once to end in an orderly way, the learner last and with a
  // checkpoint, and waits at most `grace`. DEADLINE_EXCEEDED names what still runs:
  // call it again to wait on, or Kill. Another error tells why the learner failed to
  // end well.
  absl::Status Stop(absl::Duration grace);

  // Kills and reaps everything at once.
  void Kill();

  bool serving() const { return admin_ != nullptr; }
  const std::string& learner_admin_address() const { return learner_admin_address_; }
  int learner_restarts() const { return learner_restarts_; }
  int actor_restarts() const { return actor_restarts_; }

 private:
  struct Actor {
    std::string id;
    std::unique_ptr<ChildProcess> process;  // Null before the start and between two.
    int quick_deaths = 0;                   // In a row.
    absl::Time started;
    absl::Time start_at = absl::InfinitePast();
  };

  absl::Status StartLearner(bool resume);
  absl::Status StartActor(Actor* actor);
  absl::Status TendLearner();
  absl::Status TendActor(Actor* actor);
  // Whether the learner has written where it serves.
  bool FindLearner();
  absl::Status ExitError(const std::string& process, const ExitStatus& status) const;

  const RunDirectory run_;
  const TrainConfig config_;
  const std::string config_file_;
  const std::string programs_;
  std::string learner_address_;
  std::string learner_admin_address_;
  std::unique_ptr<ChildProcess> learner_;
  absl::Time learner_start_deadline_;
  std::unique_ptr<v1::AdminService::Stub> admin_;  // Null while the learner starts.
  std::vector<Actor> actors_;
  bool finished_ = false;  // The learner said so: actors may end now.
  bool actors_asked_to_stop_ = false;
  bool learner_asked_to_stop_ = false;
  int learner_restarts_ = 0;
  int actor_restarts_ = 0;
};

}  // namespace weft

#endif  // WEFT_CLI_TRAIN_SUPERVISOR_H_
