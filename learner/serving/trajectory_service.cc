#include "learner/serving/trajectory_service.h"

#include <utility>

#include "learner/serving/trajectory_stream.h"

namespace weft {
namespace {

constexpr size_t kMaxStreams = 1024;
constexpr absl::Duration kHelloDeadline = absl::Seconds(10);

}  // namespace

TrajectoryService::TrajectoryService(Ingest* ingest, const WeightStore* weights,
                                     Validator* validator, IngestObserver observer)
    : ingest_(ingest),
      weights_(weights),
      validator_(validator),
      observer_(std::move(observer)) {}

TrajectoryService::~TrajectoryService() = default;

grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>* TrajectoryService::Stream(
    grpc::CallbackServerContext* context) {
  // Deletes itself when gRPC is done with it.
  auto* stream = new TrajectoryStream(this, context->peer());
  if (Add(stream)) {
    stream->Start();
  } else {
    stream->End(absl::ResourceExhaustedError("the learner has too many streams"));
  }
  return stream;
}

void TrajectoryService::PumpCredits() {
  // The lock spans both, so that grants reach a stream before it can be removed, and a
  // later grant never overtakes an earlier one.
  absl::MutexLock lock(&mutex_);
  for (const Grant& grant : ingest_->TakeGrants()) {
    const auto it = named_.find(grant.stream);
    if (it == named_.end()) continue;  // Just ended; Disconnect takes the credits back.
    it->second->SendGrant(grant.episodes);
  }
}

void TrajectoryService::PumpValidation() {
  absl::MutexLock lock(&mutex_);
  for (const ValidationTask& task : validator_->TakeTasks(absl::Now())) {
    const auto it = named_.find(task.stream);
    if (it != named_.end()) it->second->SendValidation(task);
  }
}

void TrajectoryService::Drain(const std::string& reason) {
  ingest_->StopGranting();
  absl::MutexLock lock(&mutex_);
  drain_reason_ = reason.empty() ? "the learner is stopping" : reason;
  for (const auto& [id, stream] : named_) stream->SendDrain(drain_reason_);
}

void TrajectoryService::EndSilentStreams() {
  const absl::Time now = absl::Now();
  absl::MutexLock lock(&mutex_);
  for (TrajectoryStream* stream : streams_) {
    if (now - stream->started() > kHelloDeadline && !stream->said_hello()) {
      stream->End(absl::DeadlineExceededError("no hello within 10 seconds"));
    }
  }
}

bool TrajectoryService::Add(TrajectoryStream* stream) {
  absl::MutexLock lock(&mutex_);
  if (streams_.size() >= kMaxStreams) return false;
  streams_.insert(stream);
  return true;
}

absl::Status TrajectoryService::Connect(const v1::ActorHello& hello,
                                        TrajectoryStream* stream) {
  // The lock spans all: a grant for a stream that is not yet named would be lost.
  absl::MutexLock lock(&mutex_);
  absl::StatusOr<Ingest::Connection> connection = ingest_->Connect(hello);
  if (!connection.ok()) return connection.status();
  stream->SendHelloAck(*connection, weights_->version());
  named_[connection->stream] = stream;
  validator_->Connect(
      connection->stream,
      {hello.validation_programs().begin(), hello.validation_programs().end()},
      static_cast<int>(hello.max_in_flight()));
  if (!drain_reason_.empty()) stream->SendDrain(drain_reason_);
  return absl::OkStatus();
}

void TrajectoryService::Remove(StreamId id, TrajectoryStream* stream) {
  absl::MutexLock lock(&mutex_);
  streams_.erase(stream);
  named_.erase(id);
}

}  // namespace weft
