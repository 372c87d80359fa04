#include "learner/serving/checkpoint_requests.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace weft {
namespace {

constexpr size_t kMaxWaiting = 16;

absl::Status HasStopped() { return absl::UnavailableError("the learner has stopped"); }

}  // namespace

std::vector<CheckpointRequests::Done> CheckpointRequests::Take() {
  absl::MutexLock lock(&mutex_);
  return std::exchange(waiting_, {});
}

void CheckpointRequests::Add(Done done) {
  absl::Status refused = absl::OkStatus();
  {
    absl::MutexLock lock(&mutex_);
    if (closed_) {
      refused = HasStopped();
    } else if (waiting_.size() >= kMaxWaiting) {
      refused = absl::ResourceExhaustedError(
          absl::StrCat(kMaxWaiting, " checkpoint requests wait already"));
    } else {
      waiting_.push_back(std::move(done));
      return;
    }
  }
  done(refused);
}

void CheckpointRequests::Answer(
    const std::function<absl::StatusOr<v1::CheckpointResponse>()>& write) {
  const std::vector<Done> requests = Take();
  if (requests.empty()) return;
  const absl::StatusOr<v1::CheckpointResponse> response = write();
  for (const Done& done : requests) done(response);
}

void CheckpointRequests::Close() {
  {
    absl::MutexLock lock(&mutex_);
    closed_ = true;
  }
  for (const Done& done : Take()) done(HasStopped());
}

}  // namespace weft
