// Acting and learning in one process, in turn: for environments without a compiler, in
// tests, comparisons and long runs that look for leaks.
#ifndef WEFT_LEARNER_LOCAL_LOCAL_TRAINING_H_
#define WEFT_LEARNER_LOCAL_LOCAL_TRAINING_H_

#include <cstdint>
#include <deque>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "actor/environment/environment.h"
#include "common/config/options.h"
#include "common/policy/torch_policy.h"
#include "common/schedule/trajectory.h"
#include "learner/ppo/ppo_learner.h"

namespace weft {

struct LocalTrainingOptions {
  PolicyOptions policy;
  PpoOptions ppo;
  std::string device = "cpu";
  int total_updates = 100;  // Length of the learner's schedules.
  uint64_t seed = 1;        // Of weights, sampling and minibatches.
  // Episodes are played with the weights of so many updates ago (of the first ones
  // while there were fewer updates), as by actors that lag behind.
  int staleness = 0;
};

// Deterministic on CPU: the same options and environment give the same weights, bit for
// bit. Not thread-safe.
class LocalTraining {
 public:
  // The environments, at least one, must outlive it and know the programs, of which
  // there must be one, too. So many episodes are played side by side. Errors are those
  // of PpoLearner::Create.
  static absl::StatusOr<std::unique_ptr<LocalTraining>> Create(
      const LocalTrainingOptions& options, std::vector<Environment*> environments,
      std::vector<std::string> programs);

  // Plays so many episodes, the programs in turn, then updates.
  absl::StatusOr<UpdateStats> Iterate(int episodes);

  // Episodes of the newest weights, the programs in turn.
  absl::StatusOr<std::vector<Trajectory>> Play(int episodes, Selection selection);
  // The mean of their rewards, natural-log units, over `repetitions` of every program.
  absl::StatusOr<double> MeanReward(Selection selection, int repetitions);

  // Everything that an exact resume needs: the learner's state, the random engine that
  // acts, the weights that still act, and where the environments are.
  absl::StatusOr<std::string> SerializeState() const;
  // Goes on, in environments as many and as made, as the training that the bytes are
  // from: bit for bit on CPU. DATA_LOSS when they are no such state,
  // FAILED_PRECONDITION when that one had other environments or another staleness;
  // after an error it must not be used.
  absl::Status RestoreState(const std::string& state);

  PpoLearner& learner() { return *learner_; }
  const Policy& policy() const {  // The newest weights.
    return *policies_.back().policy;
  }
  // Of the decisions that the last Iterate played, the mean of -ln of the probability:
  // what acting alone tells about their entropy, nats. 0 before the first.
  double surprisal() const { return surprisal_; }
  // Actions that were taken in Iterate so far.
  uint64_t steps() const { return steps_; }

 private:
  LocalTraining(const LocalTrainingOptions& options,
                std::vector<Environment*> environments,
                std::vector<std::string> programs);
  struct ActingPolicy {
    std::unique_ptr<TorchPolicy> policy;
    std::string weights;  // What was loaded, for SerializeState.
  };

  absl::Status Publish(std::string weights, uint64_t version);
  absl::Status PublishNewest();
  absl::StatusOr<std::vector<Trajectory>> PlayWith(const Policy& policy, int episodes,
                                                   Selection selection);

  const LocalTrainingOptions options_;
  const std::vector<Environment*> environments_;
  const std::vector<std::string> programs_;
  std::unique_ptr<PpoLearner> learner_;
  std::deque<ActingPolicy> policies_;  // The newest last.
  std::mt19937_64 random_;
  uint64_t steps_ = 0;
  double surprisal_ = 0;
};

// The mean reward of any policy over `repetitions` of every program.
absl::StatusOr<double> MeanReward(Environment& environment, const Policy& policy,
                                  const std::vector<std::string>& programs,
                                  Selection selection, int repetitions,
                                  std::mt19937_64& random);

}  // namespace weft

#endif  // WEFT_LEARNER_LOCAL_LOCAL_TRAINING_H_
