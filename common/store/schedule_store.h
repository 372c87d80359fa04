// What has been measured, for everybody who is about to measure.
#ifndef WEFT_COMMON_STORE_SCHEDULE_STORE_H_
#define WEFT_COMMON_STORE_SCHEDULE_STORE_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/store/measurement_record.h"

namespace weft {

// Most schedules of one task that one call hands out.
inline constexpr int kMaxBestSchedules = 16;

// The answer to Begin: a measurement that is known, or the right to measure.
struct Claim {
  std::optional<MeasurementRecord> hit;
  // Without a hit: to be given back with Record or Abandon, once. Never 0.
  uint64_t token = 0;
};

// What is known of a task on a machine.
struct TaskRecords {
  std::optional<MeasurementRecord> baseline;  // The newest that is OK.
  std::vector<MeasurementRecord> best;        // By time, fastest first; all OK.
};

// A cache of measurements with single flight: of all who begin with one key at the same
// time, one gets a token and measures, and the others wait for what it finds.
// Thread-safe.
//
// The implementations are LocalStore (a SQLite file in this process) and StoreClient (a
// learner's, over gRPC). A store that cannot be reached is a reason to measure without
// it, never one to fail.
class ScheduleStore {
 public:
  virtual ~ScheduleStore() = default;

  // Waits while somebody else measures the key, DEADLINE_EXCEEDED when that takes
  // longer than `timeout`. A record that cannot answer for `limits` (see CanAnswer) is
  // no hit.
  virtual absl::StatusOr<Claim> Begin(const MeasurementKey& key,
                                      const MeasureLimits& limits,
                                      absl::Duration timeout) = 0;

  // Keeps the record, ends the token's claim and wakes who waits. When it returns OK
  // the record survives a kill -9 and a power loss. Token 0, or one whose lease has run
  // out, is fine: what was measured is worth keeping. RESOURCE_EXHAUSTED when the store
  // is at its bound or the disk is full; the claim has ended all the same.
  virtual absl::Status Record(uint64_t token, const MeasurementRecord& record) = 0;

  // Ends a claim without a measurement; the next who waits gets the token. NOT_FOUND
  // when it had ended.
  virtual absl::Status Abandon(uint64_t token) = 0;

  // At most `k` (1 to kMaxBestSchedules) schedules, each of another key.
  virtual absl::StatusOr<TaskRecords> FindTask(const TaskKey& task, int k) = 0;
};

}  // namespace weft

#endif  // WEFT_COMMON_STORE_SCHEDULE_STORE_H_
