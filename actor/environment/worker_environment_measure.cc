// The part of WorkerEnvironment that measures: what is known, how long it may take, and
// whether it counts.
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "actor/environment/adaptive_limits.h"
#include "actor/environment/confirmation.h"
#include "actor/environment/measurement_versions.h"
#include "actor/environment/worker_environment.h"
#include "common/schedule/parse_schedule.h"
#include "common/wire/schedule_proto.h"

namespace weft {
namespace {

// On top of the limits that the worker itself enforces, so that it is the worker that
// says which one was exceeded, and the actor's deadline is for a worker that hangs.
constexpr absl::Duration kMeasureSlack = absl::Seconds(10);
// Attempts at a measurement whose failure says nothing about what is measured.
constexpr int kAttempts = 2;
// How often a baseline is measured until it is undisturbed, and for how long another
// attempt is made. Together they outlast most compilations, which are what disturbs.
constexpr int kDisturbedAttempts = 5;
constexpr absl::Duration kDisturbedPatience = absl::Seconds(20);

// The outcomes of an unscheduled program that say something about it, and not about how
// busy the machine was or what memory it had left: a program that cannot be had within
// the limit of memory is told by its reference.
bool IsVerdict(Outcome outcome) {
  return outcome != Outcome::kWorkerLost && outcome != Outcome::kTimedOut &&
         outcome != Outcome::kOutOfMemory;
}

}  // namespace

absl::Duration WorkerEnvironment::measure_timeout() const {
  const MeasureOptions& measure = options_.measure;
  // Twice: a worker's first measurement of a program runs the unscheduled one before,
  // as the reference of the check.
  return 2 * absl::Seconds(measure.compile_timeout_seconds +
                           measure.run_timeout_seconds +
                           measure.lease_timeout_seconds) +
         kMeasureSlack;
}

absl::Duration WorkerEnvironment::baseline_timeout() const {
  return kAttempts * (2 * measure_timeout() + kDisturbedPatience);
}

absl::StatusOr<Measurement> WorkerEnvironment::Measure(
    const MeasureLimits& limits, const std::string& confirm_module) {
  const MeasureOptions& options = options_.measure;
  v1::WorkerRequest request;
  v1::MeasureRequest* measure = request.mutable_measure();
  measure->set_compile_timeout_seconds(limits.compile_seconds);
  measure->set_run_timeout_seconds(limits.run_seconds);
  measure->set_timing_budget_seconds(options.timing_budget_seconds);
  measure->set_memory_limit_bytes(limits.memory_bytes);
  measure->set_lease_path(options.lease_path);
  measure->set_lease_timeout_seconds(options.lease_timeout_seconds);
  measure->set_timing_cpu(options.timing_cpu);
  measure->set_threads(static_cast<uint32_t>(options.threads));
  measure->set_confirm_schedule_module(confirm_module);
  absl::StatusOr<v1::WorkerResponse> response = Ask(request, measure_timeout());
  if (!response.ok()) return response.status();
  return FromProto(response->measure().measurement());
}

absl::StatusOr<MeasurementKey> WorkerEnvironment::Fingerprint() {
  v1::WorkerRequest request;
  request.mutable_fingerprint();
  absl::StatusOr<v1::WorkerResponse> response = Ask(request, step_timeout());
  if (!response.ok()) return response.status();
  MeasurementKey key = KeyOf(response->fingerprint(), options_.measure);
  key.task = known_[program_].task;
  return key;
}

absl::Status WorkerEnvironment::Recognize() {
  if (!store_.has_store()) return absl::OkStatus();
  absl::StatusOr<MeasurementKey> key = Fingerprint();
  if (!key.ok()) return key.status();
  Known& known = known_[program_];
  // Before any action the IR is that of the task.
  known.task = key->ir;
  key->task = key->ir;
  TaskRecords records = store_.FindTask(key->task_key(), 1);
  if (records.best.empty()) return absl::OkStatus();
  MeasurementRecord& best = records.best.front();
  if (!known.best || best.measurement.seconds < known.best->measurement.seconds) {
    known.best = std::move(best);
  }
  return absl::OkStatus();
}

std::optional<Schedule> WorkerEnvironment::BestKnown() const {
  const auto known = known_.find(program_);
  if (known == known_.end() || !known->second.best) return std::nullopt;
  const absl::StatusOr<Schedule> schedule = ParseSchedule(known->second.best->schedule);
  // The text is for a person: one that was cut off is no schedule.
  if (!schedule.ok()) return std::nullopt;
  return *schedule;
}

std::string WorkerEnvironment::ExportSchedule() {
  v1::WorkerRequest request;
  request.mutable_export_();
  absl::StatusOr<v1::WorkerResponse> exported = Ask(request, step_timeout());
  // A schedule that cannot be exported is still one that was measured.
  if (!exported.ok()) return "";
  return std::move(*exported->mutable_export_()->mutable_schedule_module());
}

absl::StatusOr<MeasurementRecord> WorkerEnvironment::MeasureAndConfirm(
    const MeasurementKey& key, const MeasureLimits& limits, bool baseline) {
  absl::StatusOr<Measurement> measurement =
      baseline ? MeasureUndisturbed(limits) : Measure(limits, "");
  if (!measurement.ok()) return measurement.status();
  const std::optional<MeasurementRecord>& best = known_[program_].best;
  // Against itself a schedule could never become faster than it once seemed.
  if (!baseline && best && !best->schedule_module.empty() &&
      best->schedule != ToString(schedule_) &&
      NeedsConfirmation(*measurement, best->measurement.seconds)) {
    absl::StatusOr<Measurement> again = Measure(limits, best->schedule_module);
    if (!again.ok()) return again.status();
    measurement = AfterConfirmation(*measurement, *again, best->measurement.seconds);
  }
  MeasurementRecord record;
  record.key = key;
  record.program = program_;
  record.baseline = baseline;
  record.measurement = *std::move(measurement);
  record.limits = limits;
  record.schedule = ToString(schedule_);
  if (record.measurement.outcome == Outcome::kOk) {
    record.schedule_module = ExportSchedule();
  }
  return record;
}

absl::StatusOr<MeasurementRecord> WorkerEnvironment::GetOrMeasure(bool baseline) {
  Known& known = known_[program_];
  // The time of a baseline is to be found, however long it is.
  const MeasureLimits limits =
      baseline
          ? ConfiguredLimits(options_.measure)
          : AdaptLimits(options_.measure, known.baseline ? &*known.baseline : nullptr,
                        known.best ? &known.best->measurement : nullptr);
  MeasurementKey key;
  if (store_.has_store()) {
    absl::StatusOr<MeasurementKey> fingerprint = Fingerprint();
    if (!fingerprint.ok()) return fingerprint.status();
    key = *std::move(fingerprint);
  }
  absl::StatusOr<MeasurementRecord> record =
      store_.GetOrMeasure(key, limits, measure_timeout(),
                          [&] { return MeasureAndConfirm(key, limits, baseline); });
  if (!record.ok() || baseline) return record;
  const Measurement& measurement = record->measurement;
  if (measurement.outcome == Outcome::kOk &&
      (!known.best || measurement.seconds < known.best->measurement.seconds)) {
    known.best = *record;
  }
  return record;
}

absl::StatusOr<Measurement> WorkerEnvironment::MeasureUndisturbed(
    const MeasureLimits& limits) {
  const absl::Time deadline = absl::Now() + kDisturbedPatience;
  absl::StatusOr<Measurement> best = Measure(limits, "");
  for (int attempt = 1; attempt < kDisturbedAttempts; ++attempt) {
    if (!best.ok() || best->outcome != Outcome::kOk || !best->disturbed) break;
    if (absl::Now() >= deadline) break;
    absl::StatusOr<Measurement> again = Measure(limits, "");
    // What has been measured is worth more than an error.
    if (!again.ok() || again->outcome != Outcome::kOk) break;
    // A disturbed time is an upper bound, so that the smaller one says more.
    if (!again->disturbed || again->seconds < best->seconds) std::swap(best, again);
    KeepSamples(*again, &*best);
  }
  return best;
}

absl::StatusOr<MeasurementRecord> WorkerEnvironment::FinishSchedule() {
  absl::StatusOr<MeasurementRecord> record = GetOrMeasure(/*baseline=*/false);
  for (int attempt = 1; attempt < kAttempts; ++attempt) {
    if (!absl::IsUnavailable(record.status()) || !worker_.running()) break;
    record = GetOrMeasure(/*baseline=*/false);
  }
  return record;
}

absl::Status WorkerEnvironment::PrepareUnscheduled(const SuiteProgram& program) {
  if (absl::Status status = EnsureLoaded(program); !status.ok()) return status;
  if (absl::StatusOr<Observation> reset = ResetWorker(); !reset.ok()) {
    return reset.status();
  }
  if (absl::Status status = Recognize(); !status.ok()) return status;
  v1::WorkerRequest stop;
  *stop.mutable_step()->mutable_action() = ToProto(Action{});
  schedule_ = {Action{}};
  return Ask(stop, step_timeout()).status();
}

absl::StatusOr<Measurement> WorkerEnvironment::MeasureUnscheduled(
    const SuiteProgram& program) {
  absl::Status failure;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    if (absl::Status status = PrepareUnscheduled(program); !status.ok()) return status;
    absl::StatusOr<MeasurementRecord> record = GetOrMeasure(/*baseline=*/true);
    if (!record.ok()) {
      failure = record.status();
      if (!absl::IsUnavailable(failure) || !worker_.running()) return failure;
      continue;
    }
    const Measurement& measurement = record->measurement;
    if (measurement.outcome == Outcome::kOk) return measurement;
    const std::string reason =
        absl::StrCat("the unscheduled program cannot be measured: ",
                     OutcomeName(measurement.outcome), ": ", measurement.message);
    if (IsVerdict(measurement.outcome)) return absl::FailedPreconditionError(reason);
    failure = absl::UnavailableError(reason);
  }
  return failure;
}

}  // namespace weft
