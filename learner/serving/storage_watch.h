// Whether trajectories can be stored, and since when not.
#ifndef WEFT_LEARNER_SERVING_STORAGE_WATCH_H_
#define WEFT_LEARNER_SERVING_STORAGE_WATCH_H_

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace weft {

// Thread-safe. Logs when an outage begins and when it ends.
class StorageWatch {
 public:
  // An outage that is longer than `deadline` is to end the run.
  explicit StorageWatch(absl::Duration deadline) : deadline_(deadline) {}

  void Failed(const absl::Status& problem, absl::Time now) ABSL_LOCKS_EXCLUDED(mutex_);
  void Works() ABSL_LOCKS_EXCLUDED(mutex_);

  // What began the outage that goes on; OK while there is none.
  absl::Status problem() const ABSL_LOCKS_EXCLUDED(mutex_);
  bool IsPastDeadline(absl::Time now) const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  const absl::Duration deadline_;
  mutable absl::Mutex mutex_;
  absl::Status problem_ ABSL_GUARDED_BY(mutex_);
  absl::Time since_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace weft

#endif  // WEFT_LEARNER_SERVING_STORAGE_WATCH_H_
