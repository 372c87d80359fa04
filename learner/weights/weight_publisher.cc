#include "learner/weights/weight_publisher.h"

#include <utility>

namespace weft {

WeightPublisher::WeightPublisher(WeightStore* store, Observer observer)
    : store_(store), observer_(std::move(observer)), thread_([this] { Run(); }) {}

WeightPublisher::~WeightPublisher() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  thread_.join();
}

void WeightPublisher::Publish(uint64_t version, Serializer serializer) {
  std::optional<Pending> replaced = Pending{version, std::move(serializer)};
  absl::MutexLock lock(&mutex_);
  waiting_.swap(replaced);  // The older copy is given up after the lock.
}

void WeightPublisher::Flush() {
  absl::MutexLock lock(&mutex_);
  mutex_.Await(absl::Condition(this, &WeightPublisher::IsIdle));
}

bool WeightPublisher::idle() const {
  absl::MutexLock lock(&mutex_);
  return IsIdle();
}

void WeightPublisher::Run() {
  while (true) {
    Pending next;
    {
      absl::MutexLock lock(&mutex_);
      mutex_.Await(absl::Condition(this, &WeightPublisher::HasWork));
      if (!waiting_.has_value()) return;
      next = *std::exchange(waiting_, std::nullopt);
      publishing_ = true;
    }
    absl::StatusOr<std::string> bytes = next.serializer();
    if (bytes.ok()) store_->Publish(next.version, *std::move(bytes));
    next.serializer = nullptr;
    {
      absl::MutexLock lock(&mutex_);
      publishing_ = false;
    }
    // After that, so that who has seen the publisher busy can leave to the observer
    // what is to be done with these weights.
    observer_(next.version, bytes.status());
  }
}

}  // namespace weft
