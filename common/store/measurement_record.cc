#include "common/store/measurement_record.h"

#include <cmath>

#include "absl/strings/str_cat.h"

namespace weft {
namespace {

// What took longer than a limit is given up again until limits have grown by this: they
// are 20 times and more what a good schedule takes, and move with the best that is
// known.
constexpr double kLimitSlack = 4;
constexpr size_t kMaxProgramBytes = 128;
constexpr size_t kMaxScheduleBytes = 4096;
constexpr size_t kMaxModuleBytes = 1 << 20;

absl::Status CheckBytes(const char* name, const std::string& text, size_t most) {
  if (text.size() <= most) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("record: ", name, " has ", text.size(), " bytes, at most ", most));
}

bool IsLimit(double seconds) { return std::isfinite(seconds) && seconds > 0; }

}  // namespace

bool IsStorable(const MeasurementRecord& record) {
  switch (record.measurement.outcome) {
    case Outcome::kWorkerLost:
    case Outcome::kTransformFailed:
    // It depends on how fast the machine was when it was probed.
    case Outcome::kImpossibleTime:
      return false;
    case Outcome::kTimedOut:
    case Outcome::kOutOfMemory:
      return !record.baseline;
    default:
      return true;
  }
}

bool IsDisturbedBaseline(const MeasurementRecord& record) {
  return record.baseline && record.measurement.outcome == Outcome::kOk &&
         record.measurement.disturbed;
}

bool CanAnswer(const MeasurementRecord& record, const MeasureLimits& limits) {
  switch (record.measurement.outcome) {
    case Outcome::kTimedOut:
      return limits.compile_seconds <= kLimitSlack * record.limits.compile_seconds &&
             limits.run_seconds <= kLimitSlack * record.limits.run_seconds;
    case Outcome::kOutOfMemory:
      return limits.memory_bytes <= record.limits.memory_bytes;
    case Outcome::kTransformFailed:
    case Outcome::kImpossibleTime:
    case Outcome::kWorkerLost:
      return false;
    case Outcome::kOk:
      return !IsDisturbedBaseline(record);
    case Outcome::kCompileFailed:
    case Outcome::kWrongResult:
    case Outcome::kCrashed:
      return true;
  }
  return false;
}

absl::Status Validate(const MeasurementRecord& record) {
  absl::Status status = record.key.Validate();
  status.Update(CheckBytes("program", record.program, kMaxProgramBytes));
  status.Update(CheckBytes("schedule", record.schedule, kMaxScheduleBytes));
  status.Update(CheckBytes("schedule_module", record.schedule_module, kMaxModuleBytes));
  if (!IsStorable(record)) {
    status.Update(absl::InvalidArgumentError(
        absl::StrCat("record: the outcome ", OutcomeName(record.measurement.outcome),
                     " says nothing about a schedule")));
  }
  if (!IsLimit(record.limits.compile_seconds) || !IsLimit(record.limits.run_seconds) ||
      record.limits.memory_bytes == 0) {
    status.Update(absl::InvalidArgumentError(absl::StrCat(
        "record: limits must be > 0: compile ", record.limits.compile_seconds,
        " s, run ", record.limits.run_seconds, " s, memory ",
        record.limits.memory_bytes, " bytes")));
  }
  return status;
}

}  // namespace weft
