#include "actor/environment/stored_measurer.h"

#include <utility>

#include "spdlog/spdlog.h"

namespace weft {

void StoredMeasurer::Report(StoreEvent event) {
  if (on_event_) on_event_(event);
}

void StoredMeasurer::ReportError(const char* doing, const absl::Status& status) {
  Report(StoreEvent::kError);
  spdlog::warn("the schedule store could not {}: {}", doing, status.ToString());
}

absl::StatusOr<MeasurementRecord> StoredMeasurer::GetOrMeasure(
    const MeasurementKey& key, const MeasureLimits& limits, absl::Duration wait,
    const std::function<absl::StatusOr<MeasurementRecord>()>& measure) {
  if (store_ == nullptr) return measure();
  absl::StatusOr<Claim> claim = store_->Begin(key, limits, wait);
  if (claim.ok() && claim->hit) {
    Report(StoreEvent::kHit);
    claim->hit->measurement.cached = true;
    return *std::move(claim->hit);
  }
  if (claim.ok()) {
    Report(StoreEvent::kMiss);
  } else {
    ReportError("be asked", claim.status());
  }
  absl::StatusOr<MeasurementRecord> record = measure();
  const uint64_t token = claim.ok() ? claim->token : 0;
  if (record.ok() && IsStorable(*record)) {
    // Waiting in vain for another's measurement is no reason to lose this one.
    if (!claim.ok() && !absl::IsDeadlineExceeded(claim.status())) return record;
    absl::Status recorded = store_->Record(token, *record);
    if (!recorded.ok()) ReportError("keep a measurement", recorded);
  } else if (token != 0) {
    absl::Status abandoned = store_->Abandon(token);
    // A claim that ran out has been given up already.
    if (!abandoned.ok() && !absl::IsNotFound(abandoned)) {
      ReportError("take a claim back", abandoned);
    }
  }
  return record;
}

TaskRecords StoredMeasurer::FindTask(const TaskKey& task, int k) {
  if (store_ == nullptr) return TaskRecords();
  absl::StatusOr<TaskRecords> records = store_->FindTask(task, k);
  if (records.ok()) return *std::move(records);
  ReportError("list schedules", records.status());
  return TaskRecords();
}

}  // namespace weft
