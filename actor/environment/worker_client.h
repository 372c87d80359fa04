// Requests to a weft-worker with a deadline on every answer.
#ifndef WEFT_ACTOR_ENVIRONMENT_WORKER_CLIENT_H_
#define WEFT_ACTOR_ENVIRONMENT_WORKER_CLIENT_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "actor/environment/worker_process.h"
#include "weft/v1/worker.pb.h"

namespace weft {

// Why a worker was lost; the label of weft_actor_worker_restarts_total.
enum class WorkerLoss : uint8_t { kDied = 0, kDeadline = 1, kMalformed = 2 };
inline constexpr int kNumWorkerLosses = 3;
const char* WorkerLossName(WorkerLoss loss);

// A worker process, or none. Call tells two kinds of failure apart: a worker that
// answers with an error is alive and its response is returned as it is (see
// ResponseStatus); a status other than OK means that the worker is gone and was reaped,
// and only Start brings a new one, with no program loaded. Not thread-safe.
class WorkerClient {
 public:
  // `arguments` come before `--fd`.
  explicit WorkerClient(std::string worker_path,
                        std::vector<std::string> arguments = {});

  // Starts a worker, ending the one that runs, if any. Costs about a millisecond; the
  // worker's own start shows in the time of its first response.
  absl::Status Start();
  // Ends the worker that runs, if any.
  void End() { process_.reset(); }
  bool running() const { return process_ != nullptr; }
  pid_t pid() const { return process_ == nullptr ? -1 : process_->pid(); }

  // Sends a request and waits for its response. Both together get `timeout`.
  //   FAILED_PRECONDITION  no worker runs
  //   INVALID_ARGUMENT     the request is too large to send; the worker still runs
  //   UNAVAILABLE          the worker died; the message says of what
  //   DEADLINE_EXCEEDED    no response in time; the worker was killed
  //   DATA_LOSS            the response is malformed; the worker was killed
  absl::StatusOr<v1::WorkerResponse> Call(const v1::WorkerRequest& request,
                                          absl::Duration timeout);

  // The same, and an error that the worker answered with is one, too; then it still
  // runs.
  absl::StatusOr<v1::WorkerResponse> Ask(const v1::WorkerRequest& request,
                                         absl::Duration timeout);

  // What the last lost worker was lost of. Meaningful once a Call has lost one.
  WorkerLoss last_loss() const { return last_loss_; }

 private:
  absl::Status Lose(const absl::Status& cause, const std::string& request);

  const std::string worker_path_;
  const std::vector<std::string> arguments_;
  std::unique_ptr<WorkerProcess> process_;
  WorkerLoss last_loss_ = WorkerLoss::kDied;
};

// OK, or the error that the worker answered with.
absl::Status ResponseStatus(const v1::WorkerResponse& response);

// "load_program", "step", ...: for messages.
std::string RequestName(const v1::WorkerRequest& request);

}  // namespace weft

#endif  // WEFT_ACTOR_ENVIRONMENT_WORKER_CLIENT_H_
