#include "actor/rollout/latest_policy.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

namespace weft {

LatestPolicy::LatestPolicy(Fetch fetch, absl::Duration interval)
    : fetch_(std::move(fetch)), interval_(interval) {}

bool LatestPolicy::TimeToFetch(absl::Time now) const {
  return !fetching_ && now - last_fetch_ >= interval_;
}

void LatestPolicy::FetchOnce() {
  uint64_t version = 0;
  int forgotten = 0;
  {
    absl::MutexLock lock(&mutex_);
    if (!TimeToFetch(absl::Now())) return;
    fetching_ = true;
    version = policy_ == nullptr ? 0 : policy_->version();
    forgotten = forgotten_;
  }
  absl::StatusOr<std::shared_ptr<const Policy>> fetched = fetch_(version);
  absl::MutexLock lock(&mutex_);
  fetching_ = false;
  if (forgotten_ != forgotten) return;  // It may come from the learner before.
  last_fetch_ = absl::Now();
  last_error_ = fetched.status();
  if (fetched.ok() && *fetched != nullptr) policy_ = *std::move(fetched);
}

void LatestPolicy::ForgetNewerThan(uint64_t version) {
  absl::MutexLock lock(&mutex_);
  if (policy_ == nullptr || policy_->version() <= version) return;
  ++forgotten_;
  policy_ = nullptr;
  last_fetch_ = absl::InfinitePast();
}

absl::StatusOr<std::shared_ptr<const Policy>> LatestPolicy::Get(
    absl::Duration timeout) {
  const absl::Time deadline = absl::Now() + timeout;
  while (true) {
    FetchOnce();
    absl::MutexLock lock(&mutex_);
    if (policy_ != nullptr) return policy_;
    const absl::Time now = absl::Now();
    if (now >= deadline) {
      return absl::UnavailableError(
          last_error_.ok() ? absl::StrCat("the learner has published no weights yet")
                           : absl::StrCat("no weights yet: ",
                                          absl::string_view(last_error_.message())));
    }
    // Until another slot's fetch succeeds, or it is time to try again.
    const auto arrived = [this]() ABSL_NO_THREAD_SAFETY_ANALYSIS {
      return policy_ != nullptr;
    };
    mutex_.AwaitWithTimeout(absl::Condition(&arrived),
                            std::min(deadline - now, interval_));
  }
}

uint64_t LatestPolicy::version() const {
  absl::MutexLock lock(&mutex_);
  return policy_ == nullptr ? 0 : policy_->version();
}
}  // namespace weft
