// Acting and learning in one process, on the synthetic environment.
#ifndef WEFT_TESTS_LEARNER_PPO_SYNTHETIC_TRAINING_H_
#define WEFT_TESTS_LEARNER_PPO_SYNTHETIC_TRAINING_H_

#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "actor/environment/synthetic_environment.h"
#include "common/policy/policy.h"
#include "common/policy/torch_policy.h"
#include "learner/ppo/ppo_learner.h"

namespace weft {

// `count` sampled episodes, the programs in turn.
std::vector<Trajectory> PlayEpisodes(const Policy& policy, uint64_t environment_seed,
                                     int count, std::mt19937_64& random);

// The mean over all programs of the reward of `repetitions` episodes each.
double MeanReward(const Policy& policy, uint64_t environment_seed, Selection selection,
                  int repetitions, std::mt19937_64& random);

// A learner and a policy with its weights, which play and learn in turn.
class SyntheticTraining {
 public:
  SyntheticTraining(const PolicyOptions& policy, const PpoOptions& ppo,
                    int total_updates, uint64_t seed);

  // Plays with the newest weights, then updates. A failed update is a test failure.
  UpdateStats Iterate(int episodes);

  // Goes on as another one would from here: the bytes of its learner's SerializeState
  // and its random engine.
  void Restore(const std::string& state, const std::mt19937_64& random);

  PpoLearner& learner() { return *learner_; }
  const Policy& policy() const { return *policy_; }
  std::mt19937_64& random() { return random_; }

 private:
  void Publish();

  uint64_t seed_;
  std::unique_ptr<PpoLearner> learner_;
  std::unique_ptr<TorchPolicy> policy_;
  std::mt19937_64 random_;
};

}  // namespace weft

#endif  // WEFT_TESTS_LEARNER_PPO_SYNTHETIC_TRAINING_H_
