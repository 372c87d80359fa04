#include "actor/rollout/slot_threads.h"

#include <utility>

namespace weft {

SlotThreads::SlotThreads(const SlotContext& context,
                         std::function<std::unique_ptr<Environment>()> make_environment,
                         int slots)
    : context_(context),
      make_environment_(std::move(make_environment)),
      running_(slots) {
  for (int i = 0; i < slots; ++i) threads_.emplace_back([this] { RunSlot(); });
}

SlotThreads::~SlotThreads() {
  for (std::thread& thread : threads_) thread.join();
}

void SlotThreads::RunSlot() {
  absl::Status status;
  {
    const std::unique_ptr<Environment> environment = make_environment_();
    status = EpisodeSlot(context_, environment.get()).Run();
  }
  absl::MutexLock lock(&mutex_);
  --running_;
  status_.Update(status);
}

int SlotThreads::running() const {
  absl::MutexLock lock(&mutex_);
  return running_;
}

bool SlotThreads::WaitUntilEnded(absl::Duration timeout) {
  absl::MutexLock lock(&mutex_);
  const auto ended = [this]() ABSL_NO_THREAD_SAFETY_ANALYSIS { return running_ == 0; };
  return mutex_.AwaitWithTimeout(absl::Condition(&ended), timeout);
}

absl::Status SlotThreads::status() const {
  absl::MutexLock lock(&mutex_);
  return status_;
}

}  // namespace weft
