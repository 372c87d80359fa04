// The environment of real programs: every action is applied to real IR by a
// weft-worker.
#ifndef WEFT_ACTOR_ENVIRONMENT_WORKER_ENVIRONMENT_H_
#define WEFT_ACTOR_ENVIRONMENT_WORKER_ENVIRONMENT_H_

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "actor/environment/baseline_cache.h"
#include "actor/environment/environment.h"
#include "actor/environment/stored_measurer.h"
#include "actor/environment/suite.h"
#include "actor/environment/worker_client.h"
#include "common/config/options.h"
#include "common/schedule/features.h"
#include "common/store/schedule_store.h"

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
  // Asked before anything is compiled, and told what was measured. May be null; must
  // outlive the environments.
  ScheduleStore* store = nullptr;
  std::function<void(StoreEvent)> on_store_event;  // Like on_worker_lost.
};

// Owns one worker process, started at the first Reset and replaced when it is lost.
//
// A lost worker ends the episode with kWorkerLost, a transform that is refused with
// kTransformFailed; the next Reset finds a worker that works. Reset itself survives one
// lost worker and fails with UNAVAILABLE at the second. A program whose unscheduled
// form can never be compiled, checked and timed fails Reset with FAILED_PRECONDITION
// and the reason, for good: without its time there is no speed-up to speak of. When
// that failed for what is not the program's fault (a time limit, a measuring process
// that was killed, no memory on the machine) it is tried again, and Reset fails with
// UNAVAILABLE if that did not help; Finish then says kWorkerLost. The time of an
// unscheduled program is taken anew, a few times, while it is disturbed.
//
// Finish compiles and times only what the store does not know, within limits that
// follow from what the program's baseline and best took (AdaptLimits). A time that
// would be the program's best by far is measured again in pairs with the best before it
// counts (AfterConfirmation). What the store answers is marked `cached`.
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
  // As of the last Reset, of the versions that this environment measures with, or what
  // it has measured itself since.
  std::optional<Schedule> BestKnown() const override;
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
  absl::StatusOr<Measurement> MeasureUnscheduled(const SuiteProgram& program);
  // Brings the worker to the finished empty schedule of the program.
  absl::Status PrepareUnscheduled(const SuiteProgram& program);
  // What was measured, again while it is disturbed; the least disturbed one.
  absl::StatusOr<Measurement> MeasureUndisturbed(const MeasureLimits& limits);
  // The finished schedule in the worker: from the store, or measured and then recorded.
  absl::StatusOr<MeasurementRecord> GetOrMeasure(bool baseline);
  // GetOrMeasure for a schedule, tried again when it failed for no fault of its own.
  absl::StatusOr<MeasurementRecord> FinishSchedule();
  // Measures in the worker, again with the best so far if need be.
  absl::StatusOr<MeasurementRecord> MeasureAndConfirm(const MeasurementKey& key,
                                                      const MeasureLimits& limits,
                                                      bool baseline);
  // One measurement; with a module, in pairs with the schedule that it describes.
  absl::StatusOr<Measurement> Measure(const MeasureLimits& limits,
                                      const std::string& confirm_module);
  absl::StatusOr<MeasurementKey> Fingerprint();
  std::string ExportSchedule();
  // Learns the program's place in the store, and its best schedule there.
  absl::Status Recognize();
  // Remembers why the episode failed and returns the observation that allows only
  // kStop.
  Observation Fail(Outcome outcome, const absl::Status& cause);
  absl::Duration step_timeout() const;
  absl::Duration measure_timeout() const;
  absl::Duration baseline_timeout() const;

  const WorkerEnvironmentOptions options_;
  const Suite* const suite_;
  BaselineCache* const baselines_;
  StoredMeasurer store_;
  WorkerClient worker_;
  bool started_before_ = false;
  uint32_t restarts_ = 0;
  std::string loaded_;  // Program that the running worker has; empty: none.

  State state_ = State::kIdle;
  std::string program_;
  Observation observation_;  // The last one.
  Schedule schedule_;        // The actions so far.
  Measurement failure_;      // Of kFailed.
  double roofline_seconds_ = 0;

  // What is known of a program. All empty at first.
  struct Known {
    std::string task;  // Hash of its IR; stays empty without a store.
    std::optional<Measurement> baseline;
    std::optional<MeasurementRecord> best;  // Of this environment's and the store's.
  };
  std::map<std::string, Known> known_;  // One per program of the suite at most.
};

}  // namespace weft

#endif  // WEFT_ACTOR_ENVIRONMENT_WORKER_ENVIRONMENT_H_
