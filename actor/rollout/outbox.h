// Finished trajectories on their way to the learner.
#ifndef WEFT_ACTOR_ROLLOUT_OUTBOX_H_
#define WEFT_ACTOR_ROLLOUT_OUTBOX_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/schedule/trajectory.h"

namespace weft {

// A bounded queue that forgets a trajectory only when the learner has acknowledged it.
// Trajectories are numbered 1, 2, 3, ... as they are added and sent in that order;
// after a reconnect Rewind sends again whatever the learner does not have. When the
// queue is full, because the learner is away or slow, Add blocks: nothing is dropped.
//
// Thread-safe: many slots add, one stream sends and acknowledges.
class Outbox {
 public:
  explicit Outbox(size_t capacity);

  // Numbers `trajectory` and queues it. DEADLINE_EXCEEDED, with `trajectory` untouched,
  // when there is no room in time: call again.
  absl::Status Add(Trajectory&& trajectory, absl::Duration timeout)
      ABSL_LOCKS_EXCLUDED(mutex_);

  // The next one to send, or null at the timeout.
  std::shared_ptr<const Trajectory> Next(absl::Duration timeout)
      ABSL_LOCKS_EXCLUDED(mutex_);

  // The learner has everything up to `sequence`. An acknowledgement seen before is
  // ignored; OUT_OF_RANGE for one of a trajectory that was never sent.
  absl::Status Acknowledge(uint64_t sequence) ABSL_LOCKS_EXCLUDED(mutex_);

  // A new stream on which the learner says it has everything up to `sequence`: what is
  // above will be sent again. DATA_LOSS when the learner has less than it acknowledged
  // (it lost its log, or is another learner): what it forgot is gone here, too, and a
  // gap in the numbers would be refused, so a new actor run must begin (StartOver).
  // OUT_OF_RANGE when it has more than was ever added.
  absl::Status Rewind(uint64_t sequence) ABSL_LOCKS_EXCLUDED(mutex_);

  // A new actor run: numbers what is queued from 1 again, all of it to be sent.
  void StartOver() ABSL_LOCKS_EXCLUDED(mutex_);

  // Whether everything was acknowledged within `timeout`.
  bool WaitUntilEmpty(absl::Duration timeout) ABSL_LOCKS_EXCLUDED(mutex_);

  size_t depth() const ABSL_LOCKS_EXCLUDED(mutex_);
  size_t capacity() const { return capacity_; }
  // The highest sequence so far.
  uint64_t added() const ABSL_LOCKS_EXCLUDED(mutex_);
  uint64_t acknowledged() const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  bool HasRoom() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool HasUnsent() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool IsEmpty() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Forget(uint64_t sequence) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const size_t capacity_;
  mutable absl::Mutex mutex_;
  // Sequences acknowledged_ + 1, acknowledged_ + 2, ... without a gap.
  std::deque<std::shared_ptr<const Trajectory>> queue_ ABSL_GUARDED_BY(mutex_);
  uint64_t acknowledged_ ABSL_GUARDED_BY(mutex_) = 0;
  uint64_t sent_ ABSL_GUARDED_BY(mutex_) = 0;  // The highest on this stream.
  uint64_t added_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace weft

#endif  // WEFT_ACTOR_ROLLOUT_OUTBOX_H_
