// The environment of real programs: every action is applied to real IR by a
// weft-worker.
#ifndef WEFT_ACTOR_ENVIRONMENT_WORKER_ENVIRONMENT_H_
#define WEFT_ACTOR_ENVIRONMENT_WORKER_ENVIRONMENT_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "actor/environment/baseline_cache.h"
#include "actor/environment/environment.h"
#include "actor/environment/suite.h"
#include "actor/environment/worker_client.h"
#include "common/config/options.h"
#include "common/schedule/features.h"

namespace weft {

struct WorkerEnvironmentOptions {
  std::string worker_path;
  std::vector<std::string> worker_arguments;  // Before --fd.
  MeasureOptions measure;                     // With timing_cpu resolved.
  double step_timeout_seconds = 10;
  double failure_reward = -8;
  MachineModel machine;
  // Called on the environment's thread for each worker that was lost. May be empty.
  std::function<void(WorkerLoss)> on_worker_lost;
};

// Owns one worker process, started at the first Reset and replaced when it is lost.
//
// A lost worker ends the episode with kWorkerLost, a transform that is refused with
// kTransformFailed; the next Reset finds a worker that works. Reset itself survives one
// lost worker and fails with UNAVAILABLE at the second. A program whose unscheduled
// form cannot be compiled, checked and timed fails Reset with FAILED_PRECONDITION and
// the reason, for good: without its time there is no speed-up to speak of.
//
// Not thread-safe; one thread makes and uses it (see WorkerProcess on that thread's
// life).
class WorkerEnvironment : public Environment {
 public:
  // `suite` and `baselines` are shared between environments and must outlive them.
  WorkerEnvironment(WorkerEnvironmentOptions options, const Suite* suite,
                    BaselineCache* baselines);

  absl::StatusOr<Observation> Reset(const std::string& program) override;
  absl::StatusOr<Observation> Apply(const Action& action) override;
  absl::StatusOr<EpisodeResult> Finish() override;
  uint32_t worker_restarts() const override { return restarts_; }

  // The worker that runs now, or -1: a fault test kills it.
  pid_t worker_pid() const { return worker_.pid(); }

 private:
  enum class State { kIdle, kActing, kFailed, kDone };

  // One request. A lost worker is counted and gives the status of WorkerClient::Call;
  // an error that the worker answered with gives that error, with the worker running.
  absl::StatusOr<v1::WorkerResponse> Ask(const v1::WorkerRequest& request,
                                         absl::Duration timeout);
  void ReportLoss();
  absl::Status StartWorker();
  absl::StatusOr<Observation> Begin(const SuiteProgram& program);
  absl::Status EnsureLoaded(const SuiteProgram& program);
  absl::StatusOr<Observation> ResetWorker();
  absl::StatusOr<double> MeasureUnscheduled(const SuiteProgram& program);
  absl::StatusOr<Measurement> Measure();
  // Remembers why the episode failed and returns the observation that allows only
  // kStop.
  Observation Fail(Outcome outcome, const absl::Status& cause);
  absl::Duration step_timeout() const;
  absl::Duration measure_timeout() const;

  const WorkerEnvironmentOptions options_;
  const Suite* const suite_;
  BaselineCache* const baselines_;
  WorkerClient worker_;
  bool started_before_ = false;
  uint32_t restarts_ = 0;
  std::string loaded_;  // Program that the running worker has; empty: none.

  State state_ = State::kIdle;
  std::string program_;
  Observation observation_;  // The last one.
  Measurement failure_;      // Of kFailed.
  double roofline_seconds_ = 0;
  double unscheduled_seconds_ = 0;
};

}  // namespace weft

#endif  // WEFT_ACTOR_ENVIRONMENT_WORKER_ENVIRONMENT_H_
