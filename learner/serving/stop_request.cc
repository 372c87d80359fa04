#include "learner/serving/stop_request.h"

namespace weft {

void StopRequest::Stop(const std::string& reason) {
  absl::MutexLock lock(&mutex_);
  if (stopping_) return;
  stopping_ = true;
  reason_ = reason.empty() ? "the learner was asked to stop" : reason;
}

void StopRequest::Fail(const absl::Status& failure) {
  {
    absl::MutexLock lock(&mutex_);
    if (failure_.ok()) failure_ = failure;
  }
  Stop(failure.ToString());
}

bool StopRequest::stopping() const {
  absl::MutexLock lock(&mutex_);
  return stopping_;
}

std::string StopRequest::reason() const {
  absl::MutexLock lock(&mutex_);
  return reason_;
}

absl::Status StopRequest::failure() const {
  absl::MutexLock lock(&mutex_);
  return failure_;
}

}  // namespace weft
