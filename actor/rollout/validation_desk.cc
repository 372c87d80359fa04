#include "actor/rollout/validation_desk.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace weft {

absl::Status ValidationDesk::AddTask(ValidationTask task) {
  absl::MutexLock lock(&mutex_);
  if (tasks_.size() >= kCapacity) {
    return absl::ResourceExhaustedError(
        absl::StrCat(kCapacity, " validation tasks wait already"));
  }
  task.stream = stream_;
  tasks_.push_back(std::move(task));
  return absl::OkStatus();
}

absl::optional<ValidationTask> ValidationDesk::TakeTask() {
  absl::MutexLock lock(&mutex_);
  if (tasks_.empty()) return absl::nullopt;
  ValidationTask task = std::move(tasks_.front());
  tasks_.pop_front();
  return task;
}

// There is room: results are at most the tasks that the learner gave at once.
void ValidationDesk::AddResult(ValidationResult result) {
  absl::MutexLock lock(&mutex_);
  if (result.task.stream != stream_ || results_.size() >= kCapacity) return;
  results_.push_back(std::move(result));
}

absl::optional<ValidationResult> ValidationDesk::TakeResult() {
  absl::MutexLock lock(&mutex_);
  if (results_.empty()) return absl::nullopt;
  ValidationResult result = std::move(results_.front());
  results_.pop_front();
  return result;
}

void ValidationDesk::Clear() {
  absl::MutexLock lock(&mutex_);
  ++stream_;
  tasks_.clear();
  results_.clear();
}

}  // namespace weft
