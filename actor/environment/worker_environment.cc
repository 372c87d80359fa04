#include "actor/environment/worker_environment.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "actor/environment/worker_startup.h"
#include "common/schedule/trajectory.h"
#include "common/wire/schedule_proto.h"

namespace weft {
namespace {

// On top of the limits that the worker itself enforces, so that it is the worker that
// says which one was exceeded, and the actor's deadline is for a worker that hangs.
constexpr absl::Duration kMeasureSlack = absl::Seconds(10);
// Attempts at a baseline whose failure says nothing about the program.
constexpr int kBaselineAttempts = 2;
constexpr int kResetAttempts = 2;

// The measurements that say something about the schedule or program and not about how
// busy the machine was or who was killed.
bool IsVerdict(Outcome outcome) {
  return outcome != Outcome::kWorkerLost && outcome != Outcome::kTimedOut;
}

absl::Status Annotate(const absl::Status& status, const std::string& where) {
  return absl::Status(status.code(),
                      absl::StrCat(where, ": ", absl::string_view(status.message())));
}

}  // namespace

WorkerEnvironment::WorkerEnvironment(WorkerEnvironmentOptions options,
                                     const Suite* suite, BaselineCache* baselines)
    : options_(std::move(options)),
      suite_(suite),
      baselines_(baselines),
      worker_(options_.worker_path, options_.worker_arguments) {}

absl::Duration WorkerEnvironment::step_timeout() const {
  return absl::Seconds(options_.step_timeout_seconds);
}

absl::Duration WorkerEnvironment::measure_timeout() const {
  const MeasureOptions& measure = options_.measure;
  // Twice: a worker's first measurement of a program runs the unscheduled one before,
  // as the reference of the check.
  return 2 * absl::Seconds(measure.compile_timeout_seconds +
                           measure.run_timeout_seconds +
                           measure.lease_timeout_seconds) +
         kMeasureSlack;
}

absl::StatusOr<v1::WorkerResponse> WorkerEnvironment::Ask(
    const v1::WorkerRequest& request, absl::Duration timeout) {
  absl::StatusOr<v1::WorkerResponse> response = worker_.Call(request, timeout);
  if (!response.ok()) {
    if (!worker_.running()) ReportLoss();
    return response;
  }
  if (absl::Status status = ResponseStatus(*response); !status.ok()) return status;
  return response;
}

absl::Status WorkerEnvironment::StartWorker() {
  if (absl::Status status = worker_.Start(); !status.ok()) return status;
  if (started_before_) ++restarts_;
  started_before_ = true;
  // A worker needs the machine's limits before it can load a program; with our lease it
  // finds what an earlier probe has left there.
  const absl::Status probed = ProbeMachine(worker_, options_.measure).status();
  if (!worker_.running()) ReportLoss();
  return probed;
}

void WorkerEnvironment::ReportLoss() {
  loaded_.clear();
  if (options_.on_worker_lost) options_.on_worker_lost(worker_.last_loss());
}

absl::Status WorkerEnvironment::EnsureLoaded(const SuiteProgram& program) {
  if (!worker_.running()) {
    loaded_.clear();
    if (absl::Status status = StartWorker(); !status.ok()) return status;
  }
  if (loaded_ == program.name) return absl::OkStatus();
  v1::WorkerRequest request;
  request.mutable_load_program()->set_name(program.path);
  request.mutable_load_program()->set_source(program.source);
  absl::StatusOr<v1::WorkerResponse> response = Ask(request, step_timeout());
  if (!response.ok()) {
    loaded_.clear();
    return response.status();
  }
  loaded_ = program.name;
  roofline_seconds_ =
      RooflineSeconds(response->load_program().flops(),
                      response->load_program().bytes(), options_.machine);
  return absl::OkStatus();
}

absl::StatusOr<Observation> WorkerEnvironment::ResetWorker() {
  v1::WorkerRequest request;
  request.mutable_reset();
  absl::StatusOr<v1::WorkerResponse> response = Ask(request, step_timeout());
  if (!response.ok()) return response.status();
  return FromProto(response->reset().observation());
}

absl::StatusOr<Measurement> WorkerEnvironment::Measure() {
  const MeasureOptions& options = options_.measure;
  v1::WorkerRequest request;
  v1::MeasureRequest* measure = request.mutable_measure();
  measure->set_compile_timeout_seconds(options.compile_timeout_seconds);
  measure->set_run_timeout_seconds(options.run_timeout_seconds);
  measure->set_timing_budget_seconds(options.timing_budget_seconds);
  measure->set_memory_limit_bytes(options.memory_limit_mebibytes << 20);
  measure->set_lease_path(options.lease_path);
  measure->set_lease_timeout_seconds(options.lease_timeout_seconds);
  measure->set_timing_cpu(options.timing_cpu);
  measure->set_threads(1);
  absl::StatusOr<v1::WorkerResponse> response = Ask(request, measure_timeout());
  if (!response.ok()) return response.status();
  return FromProto(response->measure().measurement());
}

absl::StatusOr<double> WorkerEnvironment::MeasureUnscheduled(
    const SuiteProgram& program) {
  std::string reason;
  for (int attempt = 0; attempt < kBaselineAttempts; ++attempt) {
    if (absl::Status status = EnsureLoaded(program); !status.ok()) return status;
    if (absl::StatusOr<Observation> reset = ResetWorker(); !reset.ok()) {
      return reset.status();
    }
    v1::WorkerRequest stop;
    *stop.mutable_step()->mutable_action() = ToProto(Action{});
    absl::StatusOr<v1::WorkerResponse> stopped = Ask(stop, step_timeout());
    if (!stopped.ok()) return stopped.status();
    absl::StatusOr<Measurement> measurement = Measure();
    if (!measurement.ok()) return measurement.status();
    if (measurement->outcome == Outcome::kOk) return measurement->seconds;
    reason =
        absl::StrCat(OutcomeName(measurement->outcome), ": ", measurement->message);
    if (IsVerdict(measurement->outcome)) break;
  }
  return absl::FailedPreconditionError(
      absl::StrCat("the unscheduled program cannot be measured: ", reason));
}

absl::StatusOr<Observation> WorkerEnvironment::Begin(const SuiteProgram& program) {
  const absl::StatusOr<double> unscheduled =
      baselines_->GetOrMeasure(program.name, kBaselineAttempts * measure_timeout(),
                               [&] { return MeasureUnscheduled(program); });
  if (!unscheduled.ok()) return unscheduled.status();
  unscheduled_seconds_ = *unscheduled;
  if (absl::Status status = EnsureLoaded(program); !status.ok()) return status;
  return ResetWorker();
}

absl::StatusOr<Observation> WorkerEnvironment::Reset(const std::string& program) {
  state_ = State::kIdle;
  const SuiteProgram* found = suite_->Find(program);
  if (found == nullptr) {
    return absl::NotFoundError(absl::StrCat("the suite has no program ", program));
  }
  program_ = program;
  absl::StatusOr<Observation> observation = Begin(*found);
  for (int attempt = 1; attempt < kResetAttempts && !observation.ok(); ++attempt) {
    if (worker_.running()) break;  // A refusal: asking again would change nothing.
    observation = Begin(*found);
  }
  if (!observation.ok()) return Annotate(observation.status(), program);
  observation_ = *std::move(observation);
  state_ = State::kActing;
  return observation_;
}

Observation WorkerEnvironment::Fail(Outcome outcome, const absl::Status& cause) {
  failure_ = Measurement();
  failure_.outcome = outcome;
  failure_.message = std::string(cause.message());
  state_ = State::kFailed;
  ActionMask only_stop;
  only_stop.num_loops = observation_.mask.num_loops;
  observation_.mask = std::move(only_stop);
  observation_.mask.kinds = 1u << static_cast<int>(ActionKind::kStop);
  return observation_;
}

absl::StatusOr<Observation> WorkerEnvironment::Apply(const Action& action) {
  if (state_ == State::kFailed) {
    if (action.kind != ActionKind::kStop) {
      return absl::InvalidArgumentError(
          absl::StrCat(program_, ": only stop is legal after a failed action, got ",
                       ToString(action)));
    }
    observation_.mask = ActionMask();
    return observation_;
  }
  if (state_ != State::kActing) {
    return absl::FailedPreconditionError("Apply outside of an episode");
  }
  v1::WorkerRequest request;
  *request.mutable_step()->mutable_action() = ToProto(action);
  absl::StatusOr<v1::WorkerResponse> response = Ask(request, step_timeout());
  if (!worker_.running()) return Fail(Outcome::kWorkerLost, response.status());
  if (absl::IsAborted(response.status())) {
    return Fail(Outcome::kTransformFailed, response.status());
  }
  if (!response.ok()) {
    // The mask forbids it: the policy's error, not the schedule's.
    return absl::InvalidArgumentError(
        absl::StrCat(program_, ": ", ToString(action),
                     " was refused: ", absl::string_view(response.status().message())));
  }
  absl::StatusOr<Observation> observation = FromProto(response->step().observation());
  if (!observation.ok()) return Annotate(observation.status(), program_);
  observation_ = *std::move(observation);
  if (response->step().done()) state_ = State::kDone;
  return observation_;
}

absl::StatusOr<EpisodeResult> WorkerEnvironment::Finish() {
  if (state_ != State::kDone && state_ != State::kFailed) {
    return absl::FailedPreconditionError("Finish before the end of an episode");
  }
  EpisodeResult result;
  result.roofline_seconds = roofline_seconds_;
  result.unscheduled_seconds = unscheduled_seconds_;
  if (state_ == State::kFailed) {
    result.measurement = failure_;
  } else {
    absl::StatusOr<Measurement> measurement = Measure();
    if (!worker_.running()) {
      Fail(Outcome::kWorkerLost, measurement.status());
      result.measurement = failure_;
    } else if (!measurement.ok()) {
      return Annotate(measurement.status(), program_);
    } else {
      result.measurement = *std::move(measurement);
    }
  }
  state_ = State::kIdle;
  result.reward =
      Reward(result.measurement, roofline_seconds_, options_.failure_reward);
  if (result.measurement.outcome == Outcome::kOk) {
    // A schedule that cannot be exported is still one that was measured; the trajectory
    // then carries no text and the learner keeps the text that it has.
    v1::WorkerRequest request;
    request.mutable_export_();
    absl::StatusOr<v1::WorkerResponse> exported = Ask(request, step_timeout());
    if (exported.ok()) {
      result.schedule_module =
          std::move(*exported->mutable_export_()->mutable_schedule_module());
    }
  }
  return result;
}

}  // namespace weft
