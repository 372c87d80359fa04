// The learner's permission to start episodes.
#ifndef WEFT_ACTOR_ROLLOUT_CREDIT_POOL_H_
#define WEFT_ACTOR_ROLLOUT_CREDIT_POOL_H_

#include <cstdint>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"

namespace weft {

// One permission to start one episode. Returned unused, it can be taken again as long
// as the stream that granted it lives.
struct Credit {
  uint64_t stream = 0;
};

// Between the stream, which opens, fills and closes the pool, and the episode slots,
// which take from it. Credits bound how stale trajectories can get: without one no
// episode starts. Whatever was not taken when the stream ends is void. Thread-safe.
class CreditPool {
 public:
  // A stream was accepted by the learner; it begins without credits. The first `owed`
  // that it grants are for what it has to pay, and no slot gets one before.
  void Open(uint64_t owed = 0) ABSL_LOCKS_EXCLUDED(mutex_);
  // Ignored while no stream is open. The sum is bounded by 2^32 - 1.
  void Add(uint32_t episodes) ABSL_LOCKS_EXCLUDED(mutex_);
  // The stream ended.
  void Close() ABSL_LOCKS_EXCLUDED(mutex_);
  // No more episodes, ever: every Take, waiting or to come, returns at once with
  // nothing.
  void Drain() ABSL_LOCKS_EXCLUDED(mutex_);

  // Waits up to `timeout` for a credit. Nothing at the timeout and after Drain.
  absl::optional<Credit> Take(absl::Duration timeout) ABSL_LOCKS_EXCLUDED(mutex_);
  // The same for one that is owed.
  bool Pay(absl::Duration timeout) ABSL_LOCKS_EXCLUDED(mutex_);
  // Gives back a credit whose episode was never sent. Void when its stream has ended.
  void Return(Credit credit) ABSL_LOCKS_EXCLUDED(mutex_);

  uint32_t available() const ABSL_LOCKS_EXCLUDED(mutex_);
  bool draining() const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  bool CanTakeOrDraining() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return draining_ || available_ > owed_;
  }
  bool CanPayOrDraining() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return draining_ || available_ > 0;
  }

  mutable absl::Mutex mutex_;
  uint64_t stream_ ABSL_GUARDED_BY(mutex_) = 0;  // Streams opened so far.
  bool open_ ABSL_GUARDED_BY(mutex_) = false;
  bool draining_ ABSL_GUARDED_BY(mutex_) = false;
  uint32_t available_ ABSL_GUARDED_BY(mutex_) = 0;
  uint64_t owed_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace weft

#endif  // WEFT_ACTOR_ROLLOUT_CREDIT_POOL_H_
