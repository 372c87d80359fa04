// The rows of a schedule store in a SQLite file.
#ifndef WEFT_COMMON_STORE_SQLITE_STORE_H_
#define WEFT_COMMON_STORE_SQLITE_STORE_H_

#include <memory>
#include <optional>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "common/store/schedule_store.h"
#include "common/store/sqlite_database.h"

namespace weft {

struct SqliteStoreOptions {
  std::string path;
  int64_t max_bytes = int64_t{4} << 30;  // Of the file; about two million measurements.
  absl::Duration busy_timeout = absl::Seconds(5);  // When another process writes.
};

// Adds and finds rows; who measures is not its business. Several processes may have the
// file open. Thread-safe: calls take turns, each well below a millisecond but for
// Append, which waits for the disk. See PrepareStore for what a commit promises and
// SqliteDatabase for errors.
class SqliteStore {
 public:
  static absl::StatusOr<std::unique_ptr<SqliteStore>> Open(
      const SqliteStoreOptions& options);

  // The newest row of the key, one of a timeout or out of memory only where there is no
  // other.
  absl::StatusOr<std::optional<MeasurementRecord>> Find(const MeasurementKey& key);

  // Adds a row; never replaces one. On disk when it returns OK. A time whose key a
  // baseline has is a baseline, too: it is the same code. INVALID_ARGUMENT for a record
  // that Validate refuses.
  absl::Status Append(const MeasurementRecord& record);

  // See ScheduleStore::FindTask.
  absl::StatusOr<TaskRecords> FindTask(const TaskKey& task, int k);

  absl::StatusOr<int64_t> CountRows();
  absl::StatusOr<int64_t> CountRowsOf(const MeasurementKey& key);

 private:
  explicit SqliteStore(SqliteDatabase database) : database_(std::move(database)) {}

  absl::Mutex mutex_;
  SqliteDatabase database_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace weft

#endif  // WEFT_COMMON_STORE_SQLITE_STORE_H_
