#include "learner/serving/storage_watch.h"

#include "spdlog/spdlog.h"

namespace weft {

void StorageWatch::Failed(const absl::Status& problem, absl::Time now) {
  absl::MutexLock lock(&mutex_);
  if (!problem_.ok()) return;
  spdlog::error("trajectories cannot be stored, giving up after {}: {}",
                absl::FormatDuration(deadline_), problem.ToString());
  problem_ = problem;
  since_ = now;
}

void StorageWatch::Works() {
  absl::MutexLock lock(&mutex_);
  if (problem_.ok()) return;
  spdlog::info("trajectories can be stored again");
  problem_ = absl::OkStatus();
}

absl::Status StorageWatch::problem() const {
  absl::MutexLock lock(&mutex_);
  return problem_;
}

bool StorageWatch::IsPastDeadline(absl::Time now) const {
  absl::MutexLock lock(&mutex_);
  return !problem_.ok() && now - since_ > deadline_;
}

}  // namespace weft
