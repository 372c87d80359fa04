// The part of WorkerEnvironment that measures: what is known, how long it may take, and
// whether it counts.
#include <utility>

#include "absl/strings/str_cat.h"
#include "actor/environment/adaptive_limits.h"
#include "actor/environment/confirmation.h"
#include "actor/environment/worker_environment.h"
#include "common/wire/schedule_proto.h"

namespace weft {
namespace {

// On top of the limits that the worker itself enforces, so that it is the worker that
// says which one was exceeded, and the actor's deadline is for a worker that hangs.
constexpr absl::Duration kMeasureSlack = absl::Seconds(10);
// Attempts at a baseline whose failure says nothing about the program.
constexpr int kBaselineAttempts = 2;

// The measurements that say something about the schedule or program and not about how
// busy the machine was or who was killed.
bool IsVerdict(Outcome outcome) {
  return outcome != Outcome::kWorkerLost && outcome != Outcome::kTimedOut;
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
  return kBaselineAttempts * measure_timeout();
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
  const v1::FingerprintResponse& parts = response->fingerprint();
  MeasurementKey key;
  key.ir = parts.ir();
  key.task = known_[program_].task;
  key.pipeline = parts.pipeline();
  key.compiler = parts.compiler();
  key.cpu = parts.cpu();
  key.threads = options_.measure.threads;
  key.protocol = absl::StrCat(parts.protocol(), "; budget ",
                              options_.measure.timing_budget_seconds, " s");
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
  if (!known.best ||
      records.best.front().measurement.seconds < known.best->measurement.seconds) {
    known.best = std::move(records.best.front());
  }
  return absl::OkStatus();
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
  absl::StatusOr<Measurement> measurement = Measure(limits, "");
  if (!measurement.ok()) return measurement.status();
  const std::optional<MeasurementRecord>& best = known_[program_].best;
  if (!baseline && best && !best->schedule_module.empty() &&
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

absl::StatusOr<Measurement> WorkerEnvironment::MeasureUnscheduled(
    const SuiteProgram& program) {
  std::string reason;
  for (int attempt = 0; attempt < kBaselineAttempts; ++attempt) {
    if (absl::Status status = EnsureLoaded(program); !status.ok()) return status;
    if (absl::StatusOr<Observation> reset = ResetWorker(); !reset.ok()) {
      return reset.status();
    }
    if (absl::Status status = Recognize(); !status.ok()) return status;
    v1::WorkerRequest stop;
    *stop.mutable_step()->mutable_action() = ToProto(Action{});
    absl::StatusOr<v1::WorkerResponse> stopped = Ask(stop, step_timeout());
    if (!stopped.ok()) return stopped.status();
    schedule_ = {Action{}};
    absl::StatusOr<MeasurementRecord> record = GetOrMeasure(/*baseline=*/true);
    if (!record.ok()) return record.status();
    const Measurement& measurement = record->measurement;
    if (measurement.outcome == Outcome::kOk) return measurement;
    reason = absl::StrCat(OutcomeName(measurement.outcome), ": ", measurement.message);
    if (IsVerdict(measurement.outcome)) break;
  }
  return absl::FailedPreconditionError(
      absl::StrCat("the unscheduled program cannot be measured: ", reason));
}

}  // namespace weft
