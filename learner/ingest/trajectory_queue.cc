#include "learner/ingest/trajectory_queue.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

namespace weft {

TrajectoryQueue::TrajectoryQueue(int capacity, int overflow)
    : capacity_(capacity), overflow_(overflow) {}

absl::Status TrajectoryQueue::Push(uint64_t position, Trajectory trajectory) {
  absl::MutexLock lock(&mutex_);
  if (!RoomLeft()) {
    return absl::ResourceExhaustedError(
        absl::StrCat("the queue holds ", queue_.size(), " trajectories, ", restored_,
                     " of them restored; at most ", capacity_, " and ", overflow_,
                     " without credit"));
  }
  Add(position, std::move(trajectory));
  return absl::OkStatus();
}

void TrajectoryQueue::Restore(uint64_t position, Trajectory trajectory) {
  absl::MutexLock lock(&mutex_);
  Add(position, std::move(trajectory));
  ++restored_;
}

void TrajectoryQueue::Add(uint64_t position, Trajectory trajectory) {
  queue_.push_back({position, std::move(trajectory), std::move(drops_)});
  drops_.clear();
}

void TrajectoryQueue::AddDrop(const std::string& reason) {
  absl::MutexLock lock(&mutex_);
  ++drops_[reason];
}

absl::StatusOr<std::vector<QueuedTrajectory>> TrajectoryQueue::Pop(
    int count, absl::Time deadline) {
  absl::MutexLock lock(&mutex_);
  const auto enough = [this, count]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return static_cast<int>(queue_.size()) >= count;
  };
  if (!mutex_.AwaitWithDeadline(absl::Condition(&enough), deadline)) {
    return absl::DeadlineExceededError(
        absl::StrCat("have ", queue_.size(), " of ", count, " trajectories"));
  }
  std::vector<QueuedTrajectory> taken;
  taken.reserve(static_cast<size_t>(count));
  for (int i = 0; i < count; ++i) {
    taken.push_back(std::move(queue_.front()));
    queue_.pop_front();
  }
  restored_ = std::max(restored_ - count, 0);
  return taken;
}

int TrajectoryQueue::depth() const {
  absl::MutexLock lock(&mutex_);
  return static_cast<int>(queue_.size());
}

bool TrajectoryQueue::HasRoom() const {
  absl::MutexLock lock(&mutex_);
  return RoomLeft();
}

bool TrajectoryQueue::RoomLeft() const {
  return static_cast<int>(queue_.size()) - restored_ < capacity_ + overflow_;
}

}  // namespace weft
