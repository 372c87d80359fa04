// The newest policy that this process has, kept fresh at episode starts.
#ifndef WEFT_ACTOR_ROLLOUT_LATEST_POLICY_H_
#define WEFT_ACTOR_ROLLOUT_LATEST_POLICY_H_

#include <cstdint>
#include <functional>
#include <memory>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/policy/policy.h"

namespace weft {

// Each version is an object of its own, so an episode keeps the weights that it began
// with while others begin with newer ones. At most one slot fetches at a time, at most
// once per `interval`; the others go on with what there is. A fetch that fails leaves
// the old policy in use: credits, not fetches, bound staleness. Thread-safe.
//
// A learner whose newest version is below the policy's never made it: it is another
// one, or was resumed from before. Its versions come to mean other weights, so the
// policy is forgotten (ForgetNewerThan), and episodes wait for one of the new learner.
class LatestPolicy {
 public:
  // Returns a policy newer than the version given, null when there is none, or an
  // error. Called without a lock held; must have a deadline of its own.
  using Fetch =
      std::function<absl::StatusOr<std::shared_ptr<const Policy>>(uint64_t version)>;

  LatestPolicy(Fetch fetch, absl::Duration interval);

  // Asks for a newer policy if it is time to, then returns the newest. Before the first
  // one arrived: waits for it up to `timeout`, then UNAVAILABLE with the last fetch's
  // reason.
  absl::StatusOr<std::shared_ptr<const Policy>> Get(absl::Duration timeout)
      ABSL_LOCKS_EXCLUDED(mutex_);

  // Forgets the policy, and what a fetch under way will bring, if it is newer than
  // `version`, the newest of the learner.
  void ForgetNewerThan(uint64_t version) ABSL_LOCKS_EXCLUDED(mutex_);

  uint64_t version() const ABSL_LOCKS_EXCLUDED(mutex_);  // 0: none yet.

 private:
  bool TimeToFetch(absl::Time now) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void FetchOnce() ABSL_LOCKS_EXCLUDED(mutex_);

  const Fetch fetch_;
  const absl::Duration interval_;
  mutable absl::Mutex mutex_;
  bool fetching_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Time last_fetch_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
  std::shared_ptr<const Policy> policy_ ABSL_GUARDED_BY(mutex_);
  absl::Status last_error_ ABSL_GUARDED_BY(mutex_);
  int forgotten_ ABSL_GUARDED_BY(mutex_) = 0;  // Calls that forgot something.
};

}  // namespace weft

#endif  // WEFT_ACTOR_ROLLOUT_LATEST_POLICY_H_
