// Who has asked for a checkpoint and waits for the training thread to write it.
#ifndef WEFT_LEARNER_SERVING_CHECKPOINT_REQUESTS_H_
#define WEFT_LEARNER_SERVING_CHECKPOINT_REQUESTS_H_

#include <functional>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "learner/serving/run_control.h"

namespace weft {

// Thread-safe. Every request is answered once, and never with a lock held.
class CheckpointRequests {
 public:
  using Done = RunControl::CheckpointDone;

  // Answers at once when too many wait already (RESOURCE_EXHAUSTED) or after Close
  // (UNAVAILABLE).
  void Add(Done done);

  // Answers all that wait with one checkpoint; writes none when nobody waits.
  void Answer(const std::function<absl::StatusOr<v1::CheckpointResponse>()>& write);

  // Answers all that wait, and all that come, with UNAVAILABLE.
  void Close();

 private:
  std::vector<Done> Take();

  absl::Mutex mutex_;
  std::vector<Done> waiting_ ABSL_GUARDED_BY(mutex_);
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace weft

#endif  // WEFT_LEARNER_SERVING_CHECKPOINT_REQUESTS_H_
