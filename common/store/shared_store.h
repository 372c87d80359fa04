// A schedule store that many callers share: rows, and one measurement a key at a time.
#ifndef WEFT_COMMON_STORE_SHARED_STORE_H_
#define WEFT_COMMON_STORE_SHARED_STORE_H_

#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "common/store/flight_table.h"
#include "common/store/schedule_store.h"
#include "common/store/sqlite_store.h"

namespace weft {

// ScheduleStore without a thread that waits: what a server needs, whose callers are on
// the network. The order of things makes single flight exact: a record is on disk
// before its claim ends, and a claim looks for a record again once it is held.
// Thread-safe.
class SharedStore {
 public:
  using Done = std::function<void(absl::StatusOr<Claim>)>;

  SharedStore(std::unique_ptr<SqliteStore> rows, const FlightOptions& options)
      : rows_(std::move(rows)), flights_(options) {}

  // See ScheduleStore. `done` is called once: at once by this thread, or later by the
  // one that ends the flight or ticks. Whoever called it must keep what it uses alive
  // until then; Close brings it about.
  void Begin(const MeasurementKey& key, const MeasureLimits& limits,
             absl::Time wait_until, Done done);
  absl::Status Record(uint64_t token, const MeasurementRecord& record);
  absl::Status Abandon(uint64_t token);
  absl::StatusOr<TaskRecords> FindTask(const TaskKey& task, int k) {
    return rows_->FindTask(task, k);
  }

  // NOT_FOUND when the claim has ended: somebody else may be measuring by now.
  absl::Status Renew(uint64_t token);

  // See FlightTable.
  void Tick() { flights_.Tick(absl::Now()); }
  void Close() { flights_.Close(); }

  SqliteStore& rows() { return *rows_; }
  const FlightTable& flights() const { return flights_; }

 private:
  struct Question {
    MeasurementKey key;
    MeasureLimits limits;
    absl::Time wait_until;
    // Rows of the key when it was first asked. A disturbed baseline that came since
    // answers: those who asked together would else measure one after the other.
    std::optional<int64_t> rows_before;
  };

  void Ask(Question question, Done done);
  // A record that can answer, or none. Fills question->rows_before the first time.
  absl::StatusOr<std::optional<MeasurementRecord>> Answer(Question* question);

  const std::unique_ptr<SqliteStore> rows_;
  FlightTable flights_;
};

}  // namespace weft

#endif  // WEFT_COMMON_STORE_SHARED_STORE_H_
