#include "actor/rollout/outbox.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

namespace weft {

Outbox::Outbox(size_t capacity) : capacity_(std::max<size_t>(capacity, 1)) {}

bool Outbox::HasRoom() const { return queue_.size() < capacity_; }
bool Outbox::HasUnsent() const { return sent_ < added_; }
bool Outbox::IsEmpty() const { return queue_.empty(); }

absl::Status Outbox::Add(Trajectory&& trajectory, absl::Duration timeout) {
  absl::MutexLock lock(&mutex_);
  if (!mutex_.AwaitWithTimeout(absl::Condition(this, &Outbox::HasRoom), timeout)) {
    return absl::DeadlineExceededError(absl::StrCat(
        "the outbox is full: ", queue_.size(), " trajectories are not acknowledged"));
  }
  trajectory.sequence = ++added_;
  queue_.push_back(std::make_shared<const Trajectory>(std::move(trajectory)));
  return absl::OkStatus();
}

std::shared_ptr<const Trajectory> Outbox::Next(absl::Duration timeout) {
  absl::MutexLock lock(&mutex_);
  if (!mutex_.AwaitWithTimeout(absl::Condition(this, &Outbox::HasUnsent), timeout)) {
    return nullptr;
  }
  ++sent_;
  return queue_[sent_ - acknowledged_ - 1];
}

void Outbox::Forget(uint64_t sequence) {
  while (acknowledged_ < sequence) {
    queue_.pop_front();
    ++acknowledged_;
  }
}

absl::Status Outbox::Acknowledge(uint64_t sequence) {
  absl::MutexLock lock(&mutex_);
  if (sequence > sent_) {
    return absl::OutOfRangeError(absl::StrCat("the learner acknowledged trajectory ",
                                              sequence, ", but only ", sent_,
                                              " were sent"));
  }
  Forget(sequence);
  return absl::OkStatus();
}

absl::Status Outbox::Rewind(uint64_t sequence) {
  absl::MutexLock lock(&mutex_);
  if (sequence > added_) {
    return absl::OutOfRangeError(
        absl::StrCat("the learner has ", sequence,
                     " trajectories of this actor run, but only ", added_, " exist"));
  }
  if (sequence < acknowledged_) {
    return absl::DataLossError(absl::StrCat("the learner has ", sequence,
                                            " trajectories of this actor run, but had ",
                                            "acknowledged ", acknowledged_));
  }
  Forget(sequence);
  sent_ = sequence;
  return absl::OkStatus();
}

void Outbox::StartOver() {
  absl::MutexLock lock(&mutex_);
  acknowledged_ = sent_ = added_ = 0;
  for (std::shared_ptr<const Trajectory>& queued : queue_) {
    Trajectory renumbered = *queued;
    renumbered.sequence = ++added_;
    queued = std::make_shared<const Trajectory>(std::move(renumbered));
  }
}

bool Outbox::WaitUntilEmpty(absl::Duration timeout) {
  absl::MutexLock lock(&mutex_);
  return mutex_.AwaitWithTimeout(absl::Condition(this, &Outbox::IsEmpty), timeout);
}

size_t Outbox::depth() const {
  absl::MutexLock lock(&mutex_);
  return queue_.size();
}

uint64_t Outbox::added() const {
  absl::MutexLock lock(&mutex_);
  return added_;
}

uint64_t Outbox::acknowledged() const {
  absl::MutexLock lock(&mutex_);
  return acknowledged_;
}

}  // namespace weft
