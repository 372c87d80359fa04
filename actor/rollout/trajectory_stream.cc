#include "actor/rollout/trajectory_stream.h"

#include <utility>

#include "common/rpc/status.h"

namespace weft {

std::shared_ptr<TrajectoryStream> TrajectoryStream::Open(
    v1::TrajectoryService::Stub* stub, OnResponse on_response) {
  std::shared_ptr<TrajectoryStream> stream(
      new TrajectoryStream(std::move(on_response)));
  {
    absl::MutexLock lock(&stream->mutex_);
    stream->self_ = stream;
  }
  stream->context_.set_wait_for_ready(true);
  stub->async()->Stream(&stream->context_, stream.get());
  // Keeps the reactor open for writes that the owner's thread starts later; HalfClose
  // or a failed read gives it back.
  stream->AddHold();
  stream->StartRead(&stream->response_);
  stream->StartCall();
  return stream;
}

TrajectoryStream::TrajectoryStream(OnResponse on_response)
    : on_response_(std::move(on_response)) {}

absl::Status TrajectoryStream::Write(v1::TrajectoryStreamRequest request,
                                     absl::Duration timeout) {
  {
    absl::MutexLock lock(&mutex_);
    if (ended_ || broken_ || hold_released_) {
      return absl::UnavailableError("the stream to the learner has ended");
    }
    writing_ = true;
    request_ = std::move(request);
    StartWrite(&request_);
  }
  return FinishWrite(timeout);
}

absl::Status TrajectoryStream::FinishWrite(absl::Duration timeout) {
  absl::MutexLock lock(&mutex_);
  const auto finished = [this]() ABSL_NO_THREAD_SAFETY_ANALYSIS {
    return !writing_ || ended_;
  };
  if (!mutex_.AwaitWithTimeout(absl::Condition(&finished), timeout)) {
    return absl::DeadlineExceededError("the learner does not take the message");
  }
  if (ended_ || broken_) {
    return absl::UnavailableError("the stream to the learner has ended");
  }
  return absl::OkStatus();
}

void TrajectoryStream::HalfClose() {
  {
    absl::MutexLock lock(&mutex_);
    if (hold_released_) return;
    hold_released_ = true;
  }
  StartWritesDone();
  RemoveHold();
}

void TrajectoryStream::OnReadDone(bool ok) {
  if (ok) {
    const absl::Status status = on_response_(response_);
    if (status.ok()) {
      StartRead(&response_);
      return;
    }
    absl::MutexLock lock(&mutex_);
    status_ = status;
  }
  // No more can be read: after an error of ours, or because the learner has ended the
  // stream. The hold must go, or OnDone would never come.
  bool release = false;
  {
    absl::MutexLock lock(&mutex_);
    release = !std::exchange(hold_released_, true);
  }
  if (!status().ok()) Cancel();
  if (release) RemoveHold();
}

void TrajectoryStream::OnWriteDone(bool ok) {
  absl::MutexLock lock(&mutex_);
  writing_ = false;
  if (!ok) broken_ = true;
}

void TrajectoryStream::OnDone(const grpc::Status& status) {
  std::shared_ptr<TrajectoryStream> self;
  absl::MutexLock lock(&mutex_);
  ended_ = true;
  if (status_.ok()) status_ = FromGrpc(status);
  self = std::move(self_);
}

bool TrajectoryStream::ended() const {
  absl::MutexLock lock(&mutex_);
  return ended_;
}

bool TrajectoryStream::WaitUntilEnded(absl::Duration timeout) {
  absl::MutexLock lock(&mutex_);
  return mutex_.AwaitWithTimeout(absl::Condition(&ended_), timeout);
}

absl::Status TrajectoryStream::status() const {
  absl::MutexLock lock(&mutex_);
  return status_;
}

}  // namespace weft
