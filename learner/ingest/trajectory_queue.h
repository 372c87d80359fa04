// Trajectories that are stored and wait to be trained on.
#ifndef WEFT_LEARNER_INGEST_TRAJECTORY_QUEUE_H_
#define WEFT_LEARNER_INGEST_TRAJECTORY_QUEUE_H_

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/schedule/trajectory.h"

namespace weft {

struct QueuedTrajectory {
  uint64_t position = 0;  // In the log.
  Trajectory trajectory;
  // Trajectories that were dropped between the one before and this one, by reason.
  std::map<std::string, uint64_t> drops_before;
};

// First in, first out, in the order of the log. Thread-safe.
//
// Credits keep the queue within `capacity`. On top of it come trajectories whose credit
// was voided by a lost connection after they had been begun: at most `overflow`, beyond
// which Push refuses. What was restored at the start counts for neither bound until it
// is popped: the log holds it already, and what actors still have in flight must not be
// refused because of it.
class TrajectoryQueue {
 public:
  TrajectoryQueue(int capacity, int overflow);

  // RESOURCE_EXHAUSTED at capacity + overflow.
  absl::Status Push(uint64_t position, Trajectory trajectory);
  // Takes what the log held after the last checkpoint, whatever the bound; only at
  // start.
  void Restore(uint64_t position, Trajectory trajectory);
  // Notes a drop at this place of the order.
  void AddDrop(const std::string& reason);

  // Waits until `count` are there and takes exactly those. DEADLINE_EXCEEDED, taking
  // nothing, when they do not come in time.
  absl::StatusOr<std::vector<QueuedTrajectory>> Pop(int count, absl::Time deadline);

  int depth() const;  // Restored ones included.
  int capacity() const { return capacity_; }
  // Whether Push would succeed.
  bool HasRoom() const;

 private:
  void Add(uint64_t position, Trajectory trajectory)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool RoomLeft() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const int capacity_;
  const int overflow_;
  mutable absl::Mutex mutex_;
  std::deque<QueuedTrajectory> queue_ ABSL_GUARDED_BY(mutex_);
  int restored_ ABSL_GUARDED_BY(mutex_) = 0;  // The first so many entries.
  std::map<std::string, uint64_t> drops_
      ABSL_GUARDED_BY(mutex_);  // Since the last entry.
};

}  // namespace weft

#endif  // WEFT_LEARNER_INGEST_TRAJECTORY_QUEUE_H_
