// A schedule store in this process, for programs without a learner.
#ifndef WEFT_COMMON_STORE_LOCAL_STORE_H_
#define WEFT_COMMON_STORE_LOCAL_STORE_H_

#include <memory>

#include "common/store/schedule_store.h"
#include "common/store/shared_store.h"

namespace weft {

// A ScheduleStore over a SQLite file. Single flight holds between the threads of this
// process; two processes with one file may measure a key twice, and both rows are kept.
// Claims do not expire: who holds one is a thread of this process. Thread-safe.
class LocalStore : public ScheduleStore {
 public:
  // See SqliteStore::Open.
  static absl::StatusOr<std::unique_ptr<LocalStore>> Open(
      const SqliteStoreOptions& options);

  absl::StatusOr<Claim> Begin(const MeasurementKey& key, const MeasureLimits& limits,
                              absl::Duration timeout) override;
  absl::Status Record(uint64_t token, const MeasurementRecord& record) override {
    return shared_.Record(token, record);
  }
  absl::Status Abandon(uint64_t token) override { return shared_.Abandon(token); }
  absl::StatusOr<TaskRecords> FindTask(const TaskKey& task, int k) override {
    return shared_.FindTask(task, k);
  }

  SqliteStore& rows() { return shared_.rows(); }

 private:
  explicit LocalStore(std::unique_ptr<SqliteStore> rows);

  SharedStore shared_;
};

}  // namespace weft

#endif  // WEFT_COMMON_STORE_LOCAL_STORE_H_
