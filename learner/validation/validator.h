// Who schedules which validation program with which weights: the rules, without the
// network.
#ifndef WEFT_LEARNER_VALIDATION_VALIDATOR_H_
#define WEFT_LEARNER_VALIDATION_VALIDATOR_H_

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "learner/ingest/credit_ledger.h"
#include "learner/validation/validation_round.h"

namespace weft {

// One program for one actor.
struct ValidationTask {
  StreamId stream = 0;
  uint64_t weights_version = 0;
  std::string program;
};

// A round is every validation program, scheduled once by one version. Actors say at
// their hello which programs they have; the round has those of all that are connected
// when it starts. An actor has at most as many tasks at once as it runs episodes. A
// task whose actor goes, refuses it, or does not answer within `task_deadline`, is
// given again, to another actor if one has the program; at the third time the program
// counts as failed (worker lost). So does, after three times the deadline, one that no
// actor has any more. Thread-safe.
class Validator {
 public:
  static constexpr int kMaxAttempts = 3;

  Validator(absl::Duration task_deadline, double failure_reward);

  void Connect(StreamId stream, std::set<std::string> programs, int capacity);
  void Disconnect(StreamId stream);

  // False, and nothing happens, while a round is under way or no actor that is
  // connected has validation programs.
  bool Start(uint64_t iteration, uint64_t weights_version, absl::Time now);
  // Gives up the round that is under way, if any.
  void Abandon();

  // The tasks to send now. Call every fraction of a second and after each answer.
  std::vector<ValidationTask> TakeTasks(absl::Time now);

  // An answer to a task. False when it is of no task that this stream has: it came too
  // late, and changes nothing.
  bool Accept(StreamId stream, uint64_t weights_version, ValidatedProgram program);
  // The stream could not schedule the program; counts as an attempt.
  bool Refuse(StreamId stream, uint64_t weights_version, const std::string& program,
              const std::string& reason);

  // The round, once it is complete; once.
  std::optional<ValidationRound> TakeFinished(absl::Time now);

  bool running() const;
  // Tasks answered or failed so far, over all rounds: grows while somebody works.
  uint64_t settled() const;

 private:
  struct Actor {
    std::set<std::string> programs;
    int capacity = 1;
    int tasks = 0;
  };
  struct Pending {
    int attempts = 0;     // Failed ones.
    StreamId stream = 0;  // 0: waits for an actor.
    // Of the answer, or, while no actor has the program, of one that has.
    absl::Time deadline = absl::InfiniteFuture();
    std::set<StreamId> failed_by;
  };

  // The task goes back to the waiting ones, or counts as failed.
  void Fail(const std::string& program, const std::string& reason)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool HasTask(StreamId stream, uint64_t weights_version,
               const std::string& program) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // The least busy actor that has the program and room for a task; 0: none. One that
  // failed it only when no other has it.
  StreamId ActorFor(const std::string& program, const Pending& pending) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool IsOffered(const std::string& program) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Release(StreamId stream) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const absl::Duration task_deadline_;
  const double failure_reward_;
  mutable absl::Mutex mutex_;
  std::map<StreamId, Actor> actors_ ABSL_GUARDED_BY(mutex_);
  bool running_ ABSL_GUARDED_BY(mutex_) = false;
  uint64_t settled_ ABSL_GUARDED_BY(mutex_) = 0;
  absl::Time start_ ABSL_GUARDED_BY(mutex_);
  ValidationRound round_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, Pending> pending_ ABSL_GUARDED_BY(mutex_);  // By program.
};

}  // namespace weft

#endif  // WEFT_LEARNER_VALIDATION_VALIDATOR_H_
