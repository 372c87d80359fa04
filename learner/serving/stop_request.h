// That a run is to end, and why.
#ifndef WEFT_LEARNER_SERVING_STOP_REQUEST_H_
#define WEFT_LEARNER_SERVING_STOP_REQUEST_H_

#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"

namespace weft {

// Thread-safe. The first reason counts, and the first failure.
class StopRequest {
 public:
  void Stop(const std::string& reason);
  // Stop, and `failure` is what the run ends with.
  void Fail(const absl::Status& failure);

  bool stopping() const;
  std::string reason() const;    // Empty while nobody asked.
  absl::Status failure() const;  // OK without a failure.

 private:
  mutable absl::Mutex mutex_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::string reason_ ABSL_GUARDED_BY(mutex_);
  absl::Status failure_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace weft

#endif  // WEFT_LEARNER_SERVING_STOP_REQUEST_H_
