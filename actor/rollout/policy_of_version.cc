#include "actor/rollout/policy_of_version.h"

#include <utility>

namespace weft {

PolicyOfVersion::PolicyOfVersion(Fetch fetch) : fetch_(std::move(fetch)) {}

absl::StatusOr<std::shared_ptr<const Policy>> PolicyOfVersion::Get(uint64_t version) {
  absl::MutexLock lock(&mutex_);
  if (policy_ == nullptr || policy_->version() != version) {
    policy_ = nullptr;
    absl::StatusOr<std::shared_ptr<const Policy>> fetched = fetch_(version);
    if (!fetched.ok()) return fetched.status();
    policy_ = *std::move(fetched);
  }
  return policy_;
}

void PolicyOfVersion::Forget() {
  absl::MutexLock lock(&mutex_);
  policy_ = nullptr;
}

}  // namespace weft
