#include "actor/rollout/credit_pool.h"

#include <algorithm>
#include <limits>

namespace weft {

void CreditPool::Open(uint64_t owed) {
  absl::MutexLock lock(&mutex_);
  ++stream_;
  open_ = true;
  available_ = 0;
  owed_ = owed;
}

void CreditPool::Add(uint32_t episodes) {
  absl::MutexLock lock(&mutex_);
  if (!open_) return;
  available_ += std::min(episodes, std::numeric_limits<uint32_t>::max() - available_);
}

void CreditPool::Close() {
  absl::MutexLock lock(&mutex_);
  open_ = false;
  available_ = 0;
}

void CreditPool::Drain() {
  absl::MutexLock lock(&mutex_);
  draining_ = true;
}

absl::optional<Credit> CreditPool::Take(absl::Duration timeout) {
  absl::MutexLock lock(&mutex_);
  mutex_.AwaitWithTimeout(absl::Condition(this, &CreditPool::CanTakeOrDraining),
                          timeout);
  if (draining_ || available_ <= owed_) return absl::nullopt;
  --available_;
  return Credit{stream_};
}

bool CreditPool::Pay(absl::Duration timeout) {
  absl::MutexLock lock(&mutex_);
  mutex_.AwaitWithTimeout(absl::Condition(this, &CreditPool::CanPayOrDraining),
                          timeout);
  if (draining_ || available_ == 0) return false;
  --available_;
  if (owed_ > 0) --owed_;
  return true;
}

void CreditPool::Return(Credit credit) {
  absl::MutexLock lock(&mutex_);
  if (!open_ || credit.stream != stream_) return;
  if (available_ < std::numeric_limits<uint32_t>::max()) ++available_;
}

uint32_t CreditPool::available() const {
  absl::MutexLock lock(&mutex_);
  return available_;
}

bool CreditPool::draining() const {
  absl::MutexLock lock(&mutex_);
  return draining_;
}

}  // namespace weft
