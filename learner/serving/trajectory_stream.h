// One actor's stream of TrajectoryService.
#ifndef WEFT_LEARNER_SERVING_TRAJECTORY_STREAM_H_
#define WEFT_LEARNER_SERVING_TRAJECTORY_STREAM_H_

#include <atomic>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "grpcpp/support/byte_buffer.h"
#include "grpcpp/support/server_callback.h"
#include "learner/serving/trajectory_service.h"

namespace weft {

// Reads one message at a time and queues responses. It stops reading while 256
// responses wait, so an actor that does not read its acknowledgements holds up only
// itself. Deletes itself in OnDone. Send* and End may be called from any thread until
// then.
class TrajectoryStream final
    : public grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer> {
 public:
  TrajectoryStream(TrajectoryService* service, std::string peer);

  void Start();
  void SendHelloAck(const Ingest::Connection& connection, uint64_t weights_version);
  void SendGrant(uint32_t episodes);
  void SendValidation(const ValidationTask& task);
  void SendDrain(const std::string& reason);
  // Ends the stream with this status after the responses that are already queued.
  void End(const absl::Status& status);

  absl::Time started() const { return started_; }
  bool said_hello() const { return id_.load() != 0; }

  void OnReadDone(bool ok) override;
  void OnWriteDone(bool ok) override;
  void OnDone() override;

 private:
  absl::Status Handle(const v1::TrajectoryStreamRequest& request);
  absl::Status HandleHello(const v1::ActorHello& hello);
  absl::Status HandleTrajectory(const v1::Trajectory& trajectory);
  absl::Status HandleValidation(const v1::ValidationResult& result);
  void ReadNext();
  void Send(const v1::TrajectoryStreamResponse& response);
  void WriteNext() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  TrajectoryService* const service_;
  const std::string peer_;
  const absl::Time started_ = absl::Now();
  std::atomic<StreamId> id_{0};   // 0: no hello yet.
  std::string actor_id_;          // Of the reading callback alone.
  grpc::ByteBuffer read_buffer_;  // gRPC's while a read is under way.

  absl::Mutex mutex_;
  std::deque<grpc::ByteBuffer> responses_ ABSL_GUARDED_BY(mutex_);
  bool writing_ ABSL_GUARDED_BY(mutex_) = false;
  bool reading_paused_ ABSL_GUARDED_BY(mutex_) = false;
  bool finished_ ABSL_GUARDED_BY(mutex_) = false;
  std::optional<absl::Status> end_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace weft

#endif  // WEFT_LEARNER_SERVING_TRAJECTORY_STREAM_H_
