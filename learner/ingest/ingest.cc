#include "learner/ingest/ingest.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/wire/trajectory_proto.h"
#include "spdlog/spdlog.h"

namespace weft {
namespace {

constexpr size_t kMaxActorIdBytes = 128;
constexpr size_t kMaxActorRunIdBytes = 64;
constexpr uint32_t kMaxInFlight = 1024;
constexpr int kMaxValidationPrograms = 4096;

absl::Status CheckHello(const v1::ActorHello& hello) {
  const auto within = [](const std::string& id, size_t most) {
    return !id.empty() && id.size() <= most;
  };
  if (!within(hello.actor_id(), kMaxActorIdBytes) ||
      !within(hello.actor_run_id(), kMaxActorRunIdBytes)) {
    return absl::InvalidArgumentError(
        absl::StrCat("hello: an actor id of ", hello.actor_id().size(),
                     " and a run id of ", hello.actor_run_id().size(), " bytes; 1 to ",
                     kMaxActorIdBytes, " and 1 to ", kMaxActorRunIdBytes));
  }
  if (hello.max_in_flight() < 1 || hello.max_in_flight() > kMaxInFlight) {
    return absl::InvalidArgumentError(absl::StrCat(
        "hello: max_in_flight ", hello.max_in_flight(), "; 1 to ", kMaxInFlight));
  }
  if (hello.validation_programs_size() > kMaxValidationPrograms) {
    return absl::InvalidArgumentError(
        absl::StrCat("hello: ", hello.validation_programs_size(),
                     " validation programs; at most ", kMaxValidationPrograms));
  }
  for (const std::string& program : hello.validation_programs()) {
    if (IsProgramName(program)) continue;
    return absl::InvalidArgumentError("hello: a validation program without a name");
  }
  return absl::OkStatus();
}

}  // namespace

Ingest::Ingest(TrajectoryLog* log, TrajectoryQueue* queue, const CreditOptions& credits,
               IngestObserver observer)
    : log_(log), queue_(queue), observer_(std::move(observer)), ledger_(credits) {}

absl::Status Ingest::Requeue(uint64_t position) {
  absl::StatusOr<std::vector<LogRecord>> records = log_->ReadAfter(position);
  if (!records.ok()) return records.status();
  for (const LogRecord& record : *records) {
    if (record.type == LogRecord::Type::kDropped) {
      NoteDrop(record.body.c_str());
      continue;
    }
    v1::Trajectory proto;
    absl::StatusOr<Trajectory> trajectory =
        proto.ParseFromString(record.body)
            ? FromProto(proto)
            : absl::InvalidArgumentError("not a trajectory");
    if (!trajectory.ok()) {  // Stored by a version with other bounds.
      spdlog::warn("dropping the trajectory at log position {}: {}", record.position,
                   trajectory.status().ToString());
      NoteDrop(kDropInvalid);
      continue;
    }
    observer_.stored(*trajectory);
    queue_->Restore(record.position, *std::move(trajectory));
  }
  return absl::OkStatus();
}

absl::StatusOr<Ingest::Connection> Ingest::Connect(const v1::ActorHello& hello) {
  if (absl::Status status = CheckHello(hello); !status.ok()) return status;
  absl::MutexLock lock(&mutex_);
  for (const auto& [id, stream] : streams_) {
    if (stream.actor_id == hello.actor_id() &&
        stream.actor_run_id == hello.actor_run_id()) {
      Forget(id);
      break;
    }
  }
  // A NUL cannot be confused with a part of either name.
  const std::string run = hello.actor_id() + '\0' + hello.actor_run_id();
  Connection connection;
  connection.stream = ledger_.Connect(run, hello.max_in_flight());
  connection.last_acknowledged_sequence =
      log_->HighWater(hello.actor_id(), hello.actor_run_id());
  streams_[connection.stream] = {hello.actor_id(), hello.actor_run_id(), 0};
  return connection;
}

void Ingest::Disconnect(StreamId stream) {
  absl::MutexLock lock(&mutex_);
  Forget(stream);
}

void Ingest::Forget(StreamId stream) {
  ledger_.Disconnect(stream);
  streams_.erase(stream);
}

absl::StatusOr<uint64_t> Ingest::Accept(StreamId id, const v1::Trajectory& proto) {
  absl::MutexLock lock(&mutex_);
  const auto it = streams_.find(id);
  if (it == streams_.end()) {
    return absl::AbortedError("a newer stream of the same actor run took over");
  }
  Stream& stream = it->second;
  const uint64_t sequence = proto.sequence();
  if (sequence > 0 &&
      sequence <= log_->HighWater(stream.actor_id, stream.actor_run_id)) {
    observer_.duplicate();
    return sequence;
  }
  if (absl::Status status = CheckSequence(stream, sequence); !status.ok()) {
    observer_.refused(kRefusedBadSequence);
    return status;
  }
  if (!ledger_.HasCredit(id)) {
    observer_.refused(kRefusedNoCredit);
    return absl::FailedPreconditionError(
        absl::StrCat("trajectory ", sequence, " was sent without a credit"));
  }
  absl::StatusOr<Trajectory> trajectory = FromProto(proto);
  absl::Status stored = absl::OkStatus();
  if (!trajectory.ok()) {
    spdlog::warn("dropping trajectory {} of actor {}: {}", sequence, stream.actor_id,
                 trajectory.status().ToString());
    stored = StoreDrop(stream, sequence, kDropInvalid);
  } else if (!queue_->HasRoom()) {
    stored = StoreDrop(stream, sequence, kDropQueueFull);
  } else {
    stored = StoreTrajectory(stream, proto, *std::move(trajectory));
  }
  if (!stored.ok()) return stored;
  // Only now: a trajectory that could not be stored comes again and must still be paid.
  ledger_.Spend(id);
  stream.last_sequence = sequence;
  return sequence;
}

// A stream's first trajectory may lie further ahead than the log remembers: a power
// loss can have taken the end of the log, or the run was forgotten.
absl::Status Ingest::CheckSequence(const Stream& stream, uint64_t sequence) const {
  const uint64_t expected = stream.last_sequence + 1;
  if (sequence == 0 || (stream.last_sequence > 0 && sequence != expected)) {
    return absl::InvalidArgumentError(
        absl::StrCat("trajectory ", sequence, " is out of order; expected ", expected));
  }
  return absl::OkStatus();
}

absl::Status Ingest::StoreTrajectory(const Stream& stream, const v1::Trajectory& proto,
                                     Trajectory trajectory) {
  LogRecord record;
  record.sequence = proto.sequence();
  record.actor_id = stream.actor_id;
  record.actor_run_id = stream.actor_run_id;
  record.body = proto.SerializeAsString();
  absl::StatusOr<uint64_t> position = Append(std::move(record));
  if (!position.ok()) return position.status();
  observer_.stored(trajectory);
  return queue_->Push(*position, std::move(trajectory));
}

absl::Status Ingest::StoreDrop(const Stream& stream, uint64_t sequence,
                               const char* reason) {
  LogRecord record;
  record.type = LogRecord::Type::kDropped;
  record.sequence = sequence;
  record.actor_id = stream.actor_id;
  record.actor_run_id = stream.actor_run_id;
  record.body = reason;
  absl::StatusOr<uint64_t> position = Append(std::move(record));
  if (!position.ok()) return position.status();
  NoteDrop(reason);
  return absl::OkStatus();
}

void Ingest::NoteDrop(const char* reason) {
  observer_.dropped(reason);
  queue_->AddDrop(reason);
}

absl::StatusOr<uint64_t> Ingest::Append(LogRecord record) {
  absl::StatusOr<uint64_t> position = log_->Append(std::move(record));
  if (!position.ok()) observer_.storage_failed(position.status());
  return position;
}

std::vector<Grant> Ingest::TakeGrants() {
  absl::MutexLock lock(&mutex_);
  return ledger_.Distribute(queue_->capacity() - queue_->depth());
}

void Ingest::StopGranting() {
  absl::MutexLock lock(&mutex_);
  ledger_.Stop();
}

int Ingest::outstanding_credits() const {
  absl::MutexLock lock(&mutex_);
  return ledger_.outstanding();
}

int Ingest::connected_streams() const {
  absl::MutexLock lock(&mutex_);
  return ledger_.streams();
}

}  // namespace weft
