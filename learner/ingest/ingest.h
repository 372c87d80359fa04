// What the learner does with what actors send: the rules of the trajectory stream,
// without the network.
#ifndef WEFT_LEARNER_INGEST_INGEST_H_
#define WEFT_LEARNER_INGEST_INGEST_H_

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "learner/ingest/credit_ledger.h"
#include "learner/ingest/trajectory_log.h"
#include "learner/ingest/trajectory_queue.h"
#include "weft/v1/trajectory.pb.h"

namespace weft {

// Why a trajectory is not trained on: labels of metrics and names in the log.
inline constexpr char kDropInvalid[] = "invalid";       // Its content breaks a bound.
inline constexpr char kDropQueueFull[] = "queue_full";  // Beyond capacity and overflow.
inline constexpr char kDropUpdateFailed[] = "update_failed";  // PPO refused its batch.
inline constexpr char kDropOtherEnvironment[] = "other_environment";  // Left behind.
// And kDropLost of trajectory_log.h.

// Why a message is refused and its stream ended. Nothing is dropped: an actor that goes
// by the protocol sends the trajectory again.
inline constexpr char kRefusedNoCredit[] = "no_credit";
inline constexpr char kRefusedBadSequence[] = "bad_sequence";
inline constexpr char kRefusedUnreadable[] = "unreadable";

// Called while Ingest works: must be quick and must not call Ingest.
struct IngestObserver {
  std::function<void(const Trajectory&)> stored = [](const Trajectory&) {};
  std::function<void(const char* reason)> dropped = [](const char*) {};
  std::function<void(const char* reason)> refused = [](const char*) {};
  std::function<void()> duplicate = [] {};
  std::function<void(const absl::Status&)> storage_failed = [](const absl::Status&) {};
};

// Exactly once: a trajectory is acknowledged when it is in the log, it enters the queue
// in the order of the log, and a sequence that its run has already stored is
// acknowledged again and ignored. One that is acknowledged but not queued leaves a
// record of the reason in the log. Thread-safe; the log and the queue must outlive it.
class Ingest {
 public:
  Ingest(TrajectoryLog* log, TrajectoryQueue* queue, const CreditOptions& credits,
         IngestObserver observer);

  // Fills the queue with what the log holds above `position`, and tells the observer of
  // it as of what arrives. A record that is no valid trajectory is dropped as invalid.
  // Before the first Connect.
  absl::Status Requeue(uint64_t position);

  struct Connection {
    StreamId stream = 0;
    uint64_t last_acknowledged_sequence = 0;
  };
  // INVALID_ARGUMENT when the hello breaks a bound of the protocol. An older stream of
  // the same run is superseded: what it still sends is refused.
  absl::StatusOr<Connection> Connect(const v1::ActorHello& hello);
  void Disconnect(StreamId stream);

  // Returns the sequence to acknowledge. An error ends the stream: INVALID_ARGUMENT for
  // a sequence out of order, FAILED_PRECONDITION without a credit, ABORTED on a
  // superseded stream, RESOURCE_EXHAUSTED when the disk is full (nothing is
  // acknowledged, and the actor sends it again).
  absl::StatusOr<uint64_t> Accept(StreamId stream, const v1::Trajectory& trajectory);

  // Credits that can be granted now. Call after anything that makes room or adds a
  // stream, and deliver all of them.
  std::vector<Grant> TakeGrants();
  // No more credits.
  void StopGranting();

  int outstanding_credits() const;
  int connected_streams() const;

 private:
  struct Stream {
    std::string actor_id;
    std::string actor_run_id;
    uint64_t last_sequence = 0;  // On this stream; 0: none yet.
  };

  absl::Status CheckSequence(const Stream& stream, uint64_t sequence) const;
  absl::Status StoreTrajectory(const Stream& stream, const v1::Trajectory& proto,
                               Trajectory trajectory)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status StoreDrop(const Stream& stream, uint64_t sequence, const char* reason)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::StatusOr<uint64_t> Append(LogRecord record);
  void NoteDrop(const char* reason);
  void Forget(StreamId stream) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  TrajectoryLog* const log_;
  TrajectoryQueue* const queue_;
  const IngestObserver observer_;
  // Held from storing to queueing, so that the queue has the order of the log.
  mutable absl::Mutex mutex_;
  CreditLedger ledger_ ABSL_GUARDED_BY(mutex_);
  std::map<StreamId, Stream> streams_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace weft

#endif  // WEFT_LEARNER_INGEST_INGEST_H_
