// The threads of an actor's episode slots.
#ifndef WEFT_ACTOR_ROLLOUT_SLOT_THREADS_H_
#define WEFT_ACTOR_ROLLOUT_SLOT_THREADS_H_

#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "actor/environment/environment.h"
#include "actor/rollout/episode_slot.h"

namespace weft {

// Starts one thread per seed, each with an environment of its own that is made, used
// and destroyed on that thread. Thread-safe.
class SlotThreads {
 public:
  SlotThreads(const SlotContext& context,
              std::function<std::unique_ptr<Environment>()> make_environment,
              int slots);
  // Joins: drain the credit pool first and wait until `running()` is 0.
  ~SlotThreads();
  SlotThreads(const SlotThreads&) = delete;
  SlotThreads& operator=(const SlotThreads&) = delete;

  int running() const ABSL_LOCKS_EXCLUDED(mutex_);
  // Whether every slot ended within `timeout`.
  bool WaitUntilEnded(absl::Duration timeout) ABSL_LOCKS_EXCLUDED(mutex_);
  // The first error that ended a slot; OK while there is none.
  absl::Status status() const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  void RunSlot();

  const SlotContext context_;
  const std::function<std::unique_ptr<Environment>()> make_environment_;
  mutable absl::Mutex mutex_;
  int running_ ABSL_GUARDED_BY(mutex_);
  absl::Status status_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::thread> threads_;
};

}  // namespace weft

#endif  // WEFT_ACTOR_ROLLOUT_SLOT_THREADS_H_
