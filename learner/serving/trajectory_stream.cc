#include "learner/serving/trajectory_stream.h"

#include <utility>

#include "common/rpc/status.h"
#include "common/wire/trajectory_proto.h"
#include "grpcpp/impl/codegen/proto_utils.h"
#include "spdlog/spdlog.h"

namespace weft {
namespace {

constexpr size_t kMaxWaitingResponses = 256;

// Deserialize empties the buffer.
bool Parse(grpc::ByteBuffer* bytes, v1::TrajectoryStreamRequest* request) {
  return grpc::SerializationTraits<v1::TrajectoryStreamRequest>::Deserialize(bytes,
                                                                             request)
      .ok();
}

grpc::ByteBuffer Serialize(const v1::TrajectoryStreamResponse& response) {
  grpc::ByteBuffer bytes;
  bool own_buffer = false;
  grpc::SerializationTraits<v1::TrajectoryStreamResponse>::Serialize(response, &bytes,
                                                                     &own_buffer);
  return bytes;
}

}  // namespace

TrajectoryStream::TrajectoryStream(TrajectoryService* service, std::string peer)
    : service_(service), peer_(std::move(peer)) {}

void TrajectoryStream::Start() { StartRead(&read_buffer_); }

void TrajectoryStream::OnReadDone(bool ok) {
  if (!ok) {  // The actor is done, or gone.
    End(absl::OkStatus());
    return;
  }
  v1::TrajectoryStreamRequest request;
  absl::Status status = absl::OkStatus();
  if (Parse(&read_buffer_, &request)) {
    status = Handle(request);
  } else {
    service_->observer_.refused(kRefusedUnreadable);
    status = absl::InvalidArgumentError("the message is not a TrajectoryStreamRequest");
  }
  if (status.ok()) {
    ReadNext();
  } else {
    End(status);
  }
}

absl::Status TrajectoryStream::Handle(const v1::TrajectoryStreamRequest& request) {
  switch (request.message_case()) {
    case v1::TrajectoryStreamRequest::kHello:
      return HandleHello(request.hello());
    case v1::TrajectoryStreamRequest::kTrajectory:
      return HandleTrajectory(request.trajectory());
    case v1::TrajectoryStreamRequest::kValidation:
      return HandleValidation(request.validation());
    default:
      return absl::InvalidArgumentError(
          "a request must be a hello, a trajectory or a validation result");
  }
}

absl::Status TrajectoryStream::HandleHello(const v1::ActorHello& hello) {
  if (said_hello()) return absl::InvalidArgumentError("a second hello on one stream");
  actor_id_ = hello.actor_id();
  absl::Status status = service_->Connect(hello, this);
  if (!status.ok()) return status;
  spdlog::info("actor {} connected from {} (run {}, {} in flight)", hello.actor_id(),
               peer_, hello.actor_run_id(), hello.max_in_flight());
  service_->PumpCredits();
  return absl::OkStatus();
}

void TrajectoryStream::SendHelloAck(const Ingest::Connection& connection,
                                    uint64_t weights_version) {
  id_ = connection.stream;
  v1::TrajectoryStreamResponse response;
  v1::HelloAck* ack = response.mutable_hello_ack();
  ack->set_last_acknowledged_sequence(connection.last_acknowledged_sequence);
  ack->set_latest_weights_version(weights_version);
  Send(response);
}

absl::Status TrajectoryStream::HandleTrajectory(const v1::Trajectory& trajectory) {
  if (!said_hello()) {
    return absl::FailedPreconditionError("a trajectory before the hello");
  }
  absl::StatusOr<uint64_t> sequence = service_->ingest_->Accept(id_, trajectory);
  if (!sequence.ok()) return sequence.status();
  v1::TrajectoryStreamResponse response;
  response.mutable_ack()->set_sequence(*sequence);
  response.mutable_ack()->set_latest_weights_version(service_->weights_->version());
  Send(response);
  service_->PumpCredits();
  return absl::OkStatus();
}

// A result of no task that this stream has came too late; it is not worth an error.
absl::Status TrajectoryStream::HandleValidation(const v1::ValidationResult& result) {
  if (!said_hello()) {
    return absl::FailedPreconditionError("a validation result before the hello");
  }
  Validator* const validator = service_->validator_;
  absl::StatusOr<Trajectory> trajectory = absl::UnknownError(result.error());
  if (result.has_trajectory()) trajectory = FromProto(result.trajectory());
  const bool matches = trajectory.ok() && trajectory->program == result.program() &&
                       trajectory->weights_version == result.weights_version();
  if (matches) {
    validator->Accept(id_, result.weights_version(), ValidatedProgram::Of(*trajectory));
  } else {
    validator->Refuse(id_, result.weights_version(), result.program(),
                      trajectory.ok() ? "it is of another task"
                                      : std::string(trajectory.status().message()));
  }
  service_->PumpValidation();
  return absl::OkStatus();
}

void TrajectoryStream::ReadNext() {
  absl::MutexLock lock(&mutex_);
  if (end_) return;
  if (responses_.size() >= kMaxWaitingResponses) {
    reading_paused_ = true;
    return;
  }
  StartRead(&read_buffer_);
}

void TrajectoryStream::SendGrant(uint32_t episodes) {
  v1::TrajectoryStreamResponse response;
  response.mutable_grant()->set_episodes(episodes);
  Send(response);
}

void TrajectoryStream::SendValidation(const ValidationTask& task) {
  v1::TrajectoryStreamResponse response;
  response.mutable_validation()->set_weights_version(task.weights_version);
  response.mutable_validation()->set_program(task.program);
  Send(response);
}

void TrajectoryStream::SendDrain(const std::string& reason) {
  v1::TrajectoryStreamResponse response;
  response.mutable_drain()->set_reason(reason);
  Send(response);
}

void TrajectoryStream::Send(const v1::TrajectoryStreamResponse& response) {
  grpc::ByteBuffer bytes = Serialize(response);
  absl::MutexLock lock(&mutex_);
  if (end_) return;
  responses_.push_back(std::move(bytes));
  WriteNext();
}

void TrajectoryStream::WriteNext() {
  if (writing_ || finished_) return;
  if (!responses_.empty()) {
    writing_ = true;
    StartWrite(&responses_.front());
  } else if (end_) {
    finished_ = true;
    Finish(ToGrpc(*end_));
  }
}

void TrajectoryStream::OnWriteDone(bool ok) {
  absl::MutexLock lock(&mutex_);
  writing_ = false;
  responses_.pop_front();
  if (!ok) responses_.clear();  // The actor is gone; the read fails, too.
  if (reading_paused_ && !end_ && responses_.size() < kMaxWaitingResponses) {
    reading_paused_ = false;
    StartRead(&read_buffer_);
  }
  WriteNext();
}

void TrajectoryStream::End(const absl::Status& status) {
  const StreamId id = id_.load();
  // At once, so that the credits go to others although the last bytes are still
  // written.
  if (id != 0) service_->ingest_->Disconnect(id);
  if (id != 0) service_->validator_->Disconnect(id);
  absl::MutexLock lock(&mutex_);
  if (end_) return;
  end_ = status;
  if (!status.ok()) {
    spdlog::warn("ending the stream of actor {} at {}: {}", actor_id_, peer_,
                 status.ToString());
  } else if (id != 0) {
    spdlog::info("actor {} at {} disconnected", actor_id_, peer_);
  }
  WriteNext();
}

void TrajectoryStream::OnDone() {
  TrajectoryService* const service = service_;
  // Again: a hello that was being handled when the stream was ended connected after.
  if (id_.load() != 0) {
    service->ingest_->Disconnect(id_.load());
    service->validator_->Disconnect(id_.load());
  }
  service->Remove(id_.load(), this);
  delete this;
  service->PumpCredits();
}

}  // namespace weft
