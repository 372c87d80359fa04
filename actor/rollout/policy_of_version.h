// The policy of one version, for validation.
#ifndef WEFT_ACTOR_ROLLOUT_POLICY_OF_VERSION_H_
#define WEFT_ACTOR_ROLLOUT_POLICY_OF_VERSION_H_

#include <cstdint>
#include <functional>
#include <memory>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "common/policy/policy.h"

namespace weft {

// Keeps the policy of the last version that was asked for, so that the tasks of a
// validation round fetch it once. While it is fetched other callers wait for it, and
// share its failure.
// Thread-safe.
class PolicyOfVersion {
 public:
  // Returns the policy of exactly this version. Must have a deadline of its own.
  using Fetch =
      std::function<absl::StatusOr<std::shared_ptr<const Policy>>(uint64_t version)>;

  explicit PolicyOfVersion(Fetch fetch);

  absl::StatusOr<std::shared_ptr<const Policy>> Get(uint64_t version)
      ABSL_LOCKS_EXCLUDED(mutex_);
  // The learner may be another one by now, whose versions mean other weights. Returns
  // at once; what is being fetched is not kept.
  void Forget() ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  const Fetch fetch_;
  absl::Mutex mutex_;  // Not held during a fetch.
  bool fetching_ ABSL_GUARDED_BY(mutex_) = false;
  uint64_t attempts_ ABSL_GUARDED_BY(mutex_) = 0;  // Fetches begun, and Forgets.
  uint64_t failed_version_ ABSL_GUARDED_BY(mutex_) = 0;
  absl::Status failure_ ABSL_GUARDED_BY(mutex_);
  std::shared_ptr<const Policy> policy_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace weft

#endif  // WEFT_ACTOR_ROLLOUT_POLICY_OF_VERSION_H_
