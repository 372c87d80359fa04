// Validation tasks on their way from the stream to the slots, and their results back.
#ifndef WEFT_ACTOR_ROLLOUT_VALIDATION_DESK_H_
#define WEFT_ACTOR_ROLLOUT_VALIDATION_DESK_H_

#include <cstdint>
#include <deque>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/types/optional.h"
#include "common/schedule/trajectory.h"

namespace weft {

// Schedule this program greedily with these weights.
struct ValidationTask {
  uint64_t weights_version = 0;
  std::string program;
  uint64_t stream = 0;  // Set by the desk.
};

struct ValidationResult {
  ValidationTask task;
  absl::StatusOr<Trajectory> trajectory = absl::UnknownError("not played");
};

// Two bounded queues. What belongs to a stream that has ended is void: the learner
// gives its tasks to others. Thread-safe.
class ValidationDesk {
 public:
  static constexpr size_t kCapacity = 1024;  // Of either queue.

  // RESOURCE_EXHAUSTED when kCapacity tasks wait already: the learner asks too much.
  absl::Status AddTask(ValidationTask task) ABSL_LOCKS_EXCLUDED(mutex_);
  // Returns at once, with nothing when there is nothing to do.
  absl::optional<ValidationTask> TakeTask() ABSL_LOCKS_EXCLUDED(mutex_);

  void AddResult(ValidationResult result) ABSL_LOCKS_EXCLUDED(mutex_);
  absl::optional<ValidationResult> TakeResult() ABSL_LOCKS_EXCLUDED(mutex_);

  // The stream ended.
  void Clear() ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  absl::Mutex mutex_;
  uint64_t stream_ ABSL_GUARDED_BY(mutex_) = 0;  // Streams that have ended.
  std::deque<ValidationTask> tasks_ ABSL_GUARDED_BY(mutex_);
  std::deque<ValidationResult> results_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace weft

#endif  // WEFT_ACTOR_ROLLOUT_VALIDATION_DESK_H_
