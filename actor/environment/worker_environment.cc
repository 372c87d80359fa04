#include "actor/environment/worker_environment.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "actor/environment/worker_startup.h"
#include "common/schedule/trajectory.h"
#include "common/wire/schedule_proto.h"

namespace weft {
namespace {

constexpr int kResetAttempts = 2;

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
      store_(options_.store, options_.on_store_event),
      worker_(options_.worker_path, options_.worker_arguments) {}

absl::Duration WorkerEnvironment::step_timeout() const {
  return absl::Seconds(options_.step_timeout_seconds);
}

absl::StatusOr<v1::WorkerResponse> WorkerEnvironment::Ask(
    const v1::WorkerRequest& request, absl::Duration timeout) {
  absl::StatusOr<v1::WorkerResponse> response = worker_.Ask(request, timeout);
  if (!response.ok() && !worker_.running()) ReportLoss();
  return response;
}

absl::Status WorkerEnvironment::StartWorker() {
  if (absl::Status status = worker_.Start(); !status.ok()) {
    // The binary may be being replaced; that is no fault of the program.
    return absl::UnavailableError(status.message());
  }
  if (started_before_) ++restarts_;
  started_before_ = true;
  // A worker needs the machine's limits before it can load a program; with our lease it
  // finds what an earlier probe has left there.
  const absl::Status probed = ProbeMachine(worker_, options_.measure).status();
  // Otherwise it would probe by itself when it loads a program, without our lease.
  if (!probed.ok()) worker_.End();
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
  request.mutable_load_program()->set_threads(
      static_cast<uint32_t>(options_.measure.threads));
  absl::StatusOr<v1::WorkerResponse> response = Ask(request, step_timeout());
  if (!response.ok()) {
    loaded_.clear();
    return response.status();
  }
  loaded_ = program.name;
  roofline_seconds_ = RooflineSeconds(response->load_program().flops(),
                                      response->load_program().bytes(),
                                      options_.machine, options_.measure.threads);
  return absl::OkStatus();
}

absl::StatusOr<Observation> WorkerEnvironment::ResetWorker() {
  v1::WorkerRequest request;
  request.mutable_reset();
  absl::StatusOr<v1::WorkerResponse> response = Ask(request, step_timeout());
  if (!response.ok()) return response.status();
  return FromProto(response->reset().observation());
}

absl::StatusOr<Observation> WorkerEnvironment::Begin(const SuiteProgram& program) {
  absl::StatusOr<Measurement> unscheduled = baselines_->GetOrMeasure(
      program.name, baseline_timeout(), [&] { return MeasureUnscheduled(program); });
  if (!unscheduled.ok()) return unscheduled.status();
  known_[program.name].baseline = *std::move(unscheduled);
  if (absl::Status status = EnsureLoaded(program); !status.ok()) return status;
  absl::StatusOr<Observation> observation = ResetWorker();
  if (!observation.ok()) return observation.status();
  if (absl::Status status = Recognize(); !status.ok()) return status;
  schedule_.clear();
  return observation;
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
  schedule_.push_back(action);
  if (response->step().done()) state_ = State::kDone;
  return observation_;
}

absl::StatusOr<EpisodeResult> WorkerEnvironment::Finish() {
  if (state_ != State::kDone && state_ != State::kFailed) {
    return absl::FailedPreconditionError("Finish before the end of an episode");
  }
  EpisodeResult result;
  result.roofline_seconds = roofline_seconds_;
  result.unscheduled_seconds = known_[program_].baseline->seconds;
  if (state_ == State::kFailed) {
    result.measurement = failure_;
  } else {
    absl::StatusOr<MeasurementRecord> record = FinishSchedule();
    if (!record.ok() && (!worker_.running() || absl::IsUnavailable(record.status()))) {
      Fail(Outcome::kWorkerLost, record.status());
      result.measurement = failure_;
    } else if (!record.ok()) {
      return Annotate(record.status(), program_);
    } else {
      result.measurement = std::move(record->measurement);
      result.schedule_module = std::move(record->schedule_module);
    }
  }
  state_ = State::kIdle;
  result.reward =
      Reward(result.measurement, roofline_seconds_, options_.failure_reward);
  return result;
}

}  // namespace weft
