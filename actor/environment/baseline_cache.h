// Measurements of the unscheduled programs, made once per actor and shared by its
// slots.
#ifndef WEFT_ACTOR_ENVIRONMENT_BASELINE_CACHE_H_
#define WEFT_ACTOR_ENVIRONMENT_BASELINE_CACHE_H_

#include <functional>
#include <map>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/schedule/trajectory.h"

namespace weft {

// Single flight: of all callers that ask for one program at the same time, one measures
// and the others wait for what it finds. A measurement, once made, is final. A failure
// that says something about the program (FAILED_PRECONDITION) is final, too; after any
// other (a lost worker, a lease that was not had) the next caller measures anew.
// Thread-safe.
class BaselineCache {
 public:
  // The program's own measurement. `measure` runs without a lock held, on the
  // caller's thread. DEADLINE_EXCEEDED when another caller's measurement takes longer
  // than `timeout`.
  absl::StatusOr<Measurement> GetOrMeasure(
      const std::string& program, absl::Duration timeout,
      const std::function<absl::StatusOr<Measurement>()>& measure)
      ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  struct Entry {
    bool measuring = false;
    bool final = false;
    absl::StatusOr<Measurement> result = absl::UnknownError("not measured");
  };

  absl::Mutex mutex_;
  // One entry per program of the suite; nodes of a map never move.
  std::map<std::string, Entry> entries_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace weft

#endif  // WEFT_ACTOR_ENVIRONMENT_BASELINE_CACHE_H_
