// Keeps an actor connected to its learner.
#ifndef WEFT_ACTOR_ROLLOUT_STREAM_CLIENT_H_
#define WEFT_ACTOR_ROLLOUT_STREAM_CLIENT_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "actor/rollout/credit_pool.h"
#include "actor/rollout/outbox.h"
#include "actor/rollout/trajectory_stream.h"
#include "actor/rollout/validation_desk.h"
#include "grpcpp/channel.h"
#include "weft/v1/trajectory.grpc.pb.h"

namespace weft {

struct StreamClientOptions {
  std::string learner_address;  // For messages.
  std::string actor_id;         // At most 128 bytes.
  std::string actor_run_id;     // At most 64 bytes; new for every start of the process.
  std::string cpu;
  uint32_t max_in_flight = 1;
  // What this actor can validate on, and where it does; null: nothing.
  std::vector<std::string> validation_programs;
  ValidationDesk* validation = nullptr;
  // From a connection to the learner's answer to the hello.
  absl::Duration hello_timeout = absl::Seconds(10);
  // Between the end of a stream and the next attempt: the first after an outage, and
  // the second after an error that says the learner does not want this actor.
  absl::Duration reconnect_pause = absl::Milliseconds(150);
  absl::Duration refused_pause = absl::Seconds(2);
  // Called on the client's thread or on a gRPC thread; must be quick. All may be empty.
  std::function<void()> on_reconnect;
  // The learner has answered the hello; its newest weights are of this version (0:
  // none).
  std::function<void(uint64_t latest_weights_version)> on_connect;
  std::function<void(const std::string& reason)> on_drain;
};

// One thread that opens a stream, says hello, sends what is in the outbox and hands
// acknowledgements to the outbox and grants to the credit pool; when the stream ends it
// opens the next, for as long as it lives, and logs once per outage what it waits for.
//
// Trajectories whose credit was granted on an earlier stream are sent without another:
// the learner remembers what it had granted. If it does not (FAILED_PRECONDITION), the
// client pays for them with new credits, before any slot starts an episode.
//
// A learner that has less than it had acknowledged is another one, or lost its log. The
// client then starts a new actor run (RUN.2, RUN.3, ...) whose trajectories are
// numbered from 1, so that none is refused or taken for another. Thread-safe.
class StreamClient {
 public:
  // `outbox` and `credits` must outlive the client. Connects in the background.
  StreamClient(std::shared_ptr<grpc::Channel> channel, StreamClientOptions options,
               Outbox* outbox, CreditPool* credits);
  ~StreamClient();  // Stop(0).
  StreamClient(const StreamClient&) = delete;
  StreamClient& operator=(const StreamClient&) = delete;

  // OK once the learner has answered the first hello; UNAVAILABLE at the timeout,
  // saying what was tried and how it failed.
  absl::Status WaitUntilConnected(absl::Duration timeout) ABSL_LOCKS_EXCLUDED(mutex_);

  // Gives the outbox up to `flush` to be acknowledged, if there is a connection, ends
  // the stream and joins. A second call does nothing.
  void Stop(absl::Duration flush);

  bool connected() const { return connected_; }
  uint64_t reconnects() const { return reconnects_; }

 private:
  void Run();
  // One stream from hello to end; returns why it ended.
  absl::Status RunStream();
  // Waits for the learner's answer to the hello.
  absl::Status AwaitHelloAck(TrajectoryStream* stream);
  void SendUntilEnded(TrajectoryStream* stream);
  absl::Status Send(TrajectoryStream* stream, v1::TrajectoryStreamRequest request);
  absl::Status SendValidationResults(TrajectoryStream* stream);
  // False when the stream ends before there was a credit.
  bool Pay(TrajectoryStream* stream, uint64_t sequence);
  absl::Status Handle(const v1::TrajectoryStreamResponse& response);
  absl::Status HandleHelloAck(const v1::HelloAck& ack);
  v1::TrajectoryStreamRequest Hello() const;
  // After an ended stream: pauses, and logs the first failure of an outage.
  void Pause(const absl::Status& why);
  bool FlushIsOver() const ABSL_LOCKS_EXCLUDED(mutex_);
  void EndStream(TrajectoryStream* stream);

  const std::shared_ptr<grpc::Channel> channel_;
  const StreamClientOptions options_;
  const std::unique_ptr<v1::TrajectoryService::Stub> stub_;
  Outbox* const outbox_;
  CreditPool* const credits_;
  std::atomic<bool> connected_{false};
  std::atomic<uint64_t> reconnects_{0};
  std::atomic<int> run_number_{1};

  mutable absl::Mutex mutex_;
  bool ever_connected_ ABSL_GUARDED_BY(mutex_) = false;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Time stop_time_ ABSL_GUARDED_BY(mutex_) = absl::InfiniteFuture();
  absl::Time flush_deadline_ ABSL_GUARDED_BY(mutex_) = absl::InfiniteFuture();
  absl::Status last_failure_ ABSL_GUARDED_BY(mutex_);
  // Of the client's thread alone.
  bool outage_logged_ = false;
  uint64_t pay_through_ = 0;  // Sequences of this run that need a new credit.
  std::thread thread_;
};

}  // namespace weft

#endif  // WEFT_ACTOR_ROLLOUT_STREAM_CLIENT_H_
