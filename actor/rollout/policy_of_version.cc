#include "actor/rollout/policy_of_version.h"

#include <utility>

namespace weft {

PolicyOfVersion::PolicyOfVersion(Fetch fetch) : fetch_(std::move(fetch)) {}

absl::StatusOr<std::shared_ptr<const Policy>> PolicyOfVersion::Get(uint64_t version) {
  uint64_t attempt = 0;
  {
    absl::MutexLock lock(&mutex_);
    const uint64_t seen = attempts_;
    const auto idle = [this]() ABSL_NO_THREAD_SAFETY_ANALYSIS { return !fetching_; };
    mutex_.Await(absl::Condition(&idle));
    if (policy_ != nullptr && policy_->version() == version) return policy_;
    // Whoever waited for an attempt takes its failure, instead of waiting as long
    // again.
    if (attempts_ != seen && failed_version_ == version) return failure_;
    fetching_ = true;
    attempt = ++attempts_;
  }
  absl::StatusOr<std::shared_ptr<const Policy>> fetched = fetch_(version);
  absl::MutexLock lock(&mutex_);
  fetching_ = false;
  if (!fetched.ok()) {
    failed_version_ = version;
    failure_ = fetched.status();
  } else if (attempt == attempts_) {  // Not forgotten meanwhile.
    policy_ = *fetched;
  }
  return fetched;
}

void PolicyOfVersion::Forget() {
  absl::MutexLock lock(&mutex_);
  policy_ = nullptr;
  ++attempts_;
}

}  // namespace weft
