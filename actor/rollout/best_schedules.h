// Which episodes carry the text of their schedule to the learner.
#ifndef WEFT_ACTOR_ROLLOUT_BEST_SCHEDULES_H_
#define WEFT_ACTOR_ROLLOUT_BEST_SCHEDULES_H_

#include <map>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "common/schedule/trajectory.h"

namespace weft {

// The text of a schedule is as large as the rest of its trajectory, and only a
// program's best is ever written to disk. Thread-safe.
class BestSchedules {
 public:
  // Clears trajectory->schedule_module unless it is the fastest OK measurement of its
  // program so far. Returns whether it was.
  bool KeepIfBest(Trajectory* trajectory) ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  absl::Mutex mutex_;
  std::map<std::string, double> seconds_ ABSL_GUARDED_BY(mutex_);  // By program.
};

}  // namespace weft

#endif  // WEFT_ACTOR_ROLLOUT_BEST_SCHEDULES_H_
