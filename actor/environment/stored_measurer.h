// Measures a schedule unless the store knows what that would find.
#ifndef WEFT_ACTOR_ENVIRONMENT_STORED_MEASURER_H_
#define WEFT_ACTOR_ENVIRONMENT_STORED_MEASURER_H_

#include <functional>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/store/schedule_store.h"

namespace weft {

// What became of one use of the store; the metrics weft_actor_store_*_total.
enum class StoreEvent : uint8_t {
  kHit = 0,    // The store knew the measurement.
  kMiss = 1,   // It did not, and this process measured.
  kError = 2,  // It could not be used, or would not keep what was measured.
};
inline constexpr int kNumStoreEvents = 3;

// A store, or none, that never fails: whatever is wrong with it costs a measurement and
// is reported as an event. As thread-safe as the event's callback.
class StoredMeasurer {
 public:
  // `store` may be null and must outlive this; `on_event` may be empty.
  StoredMeasurer(ScheduleStore* store, std::function<void(StoreEvent)> on_event)
      : store_(store), on_event_(std::move(on_event)) {}

  bool has_store() const { return store_ != nullptr; }

  // The measurement of the key, with `cached` set when it came from the store. Waits at
  // most `wait` for somebody who is measuring the same. Fails as `measure` does.
  absl::StatusOr<MeasurementRecord> GetOrMeasure(
      const MeasurementKey& key, const MeasureLimits& limits, absl::Duration wait,
      const std::function<absl::StatusOr<MeasurementRecord>()>& measure);

  // Nothing when there is no store or it fails.
  TaskRecords FindTask(const TaskKey& task, int k);

 private:
  void Report(StoreEvent event);
  void ReportError(const char* doing, const absl::Status& status);

  ScheduleStore* const store_;
  const std::function<void(StoreEvent)> on_event_;
};

}  // namespace weft

#endif  // WEFT_ACTOR_ENVIRONMENT_STORED_MEASURER_H_
