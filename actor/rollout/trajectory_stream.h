// One bidirectional stream to the learner, from hello to end.
#ifndef WEFT_ACTOR_ROLLOUT_TRAJECTORY_STREAM_H_
#define WEFT_ACTOR_ROLLOUT_TRAJECTORY_STREAM_H_

#include <functional>
#include <memory>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "grpcpp/client_context.h"
#include "grpcpp/support/client_callback.h"
#include "weft/v1/trajectory.grpc.pb.h"

namespace weft {

// The mechanics alone: what the messages mean is the stream client's business. One
// thread writes and waits; gRPC's threads read and call `on_response`, which must be
// quick. The object keeps itself alive until gRPC is done with it.
class TrajectoryStream : public grpc::ClientBidiReactor<v1::TrajectoryStreamRequest,
                                                        v1::TrajectoryStreamResponse> {
 public:
  // An error from `on_response` cancels the stream and becomes its status.
  using OnResponse = std::function<absl::Status(const v1::TrajectoryStreamResponse&)>;

  // Opens the stream as soon as there is a connection.
  static std::shared_ptr<TrajectoryStream> Open(v1::TrajectoryService::Stub* stub,
                                                OnResponse on_response);

  // Sends one message. OK once gRPC has taken it, which flow control can delay;
  // DEADLINE_EXCEEDED then leaves the write going on: wait with FinishWrite before the
  // next. UNAVAILABLE when the stream has ended.
  absl::Status Write(v1::TrajectoryStreamRequest request, absl::Duration timeout)
      ABSL_LOCKS_EXCLUDED(mutex_);
  absl::Status FinishWrite(absl::Duration timeout) ABSL_LOCKS_EXCLUDED(mutex_);

  // Tells the learner that nothing more will come. Only when no write is going on.
  void HalfClose();
  // Ends the stream now, from any thread.
  void Cancel() { context_.TryCancel(); }

  bool ended() const ABSL_LOCKS_EXCLUDED(mutex_);
  // Whether the stream ended within `timeout`.
  bool WaitUntilEnded(absl::Duration timeout) ABSL_LOCKS_EXCLUDED(mutex_);
  // Why it ended; OK when the learner closed it.
  absl::Status status() const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  explicit TrajectoryStream(OnResponse on_response);

  void OnReadDone(bool ok) override;
  void OnWriteDone(bool ok) override;
  void OnDone(const grpc::Status& status) override;

  const OnResponse on_response_;
  grpc::ClientContext context_;
  v1::TrajectoryStreamRequest request_;    // Owned by gRPC while writing_.
  v1::TrajectoryStreamResponse response_;  // Owned by gRPC between reads.

  mutable absl::Mutex mutex_;
  std::shared_ptr<TrajectoryStream> self_ ABSL_GUARDED_BY(mutex_);  // Until OnDone.
  // gRPC may finish the stream once the hold is gone; no write may begin after that.
  bool hold_released_ ABSL_GUARDED_BY(mutex_) = false;
  bool writing_ ABSL_GUARDED_BY(mutex_) = false;
  bool broken_ ABSL_GUARDED_BY(mutex_) = false;  // A write failed: the end is near.
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Status status_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace weft

#endif  // WEFT_ACTOR_ROLLOUT_TRAJECTORY_STREAM_H_
