// A learner that is quick to make and to train, for tests.
#ifndef WEFT_TESTS_LEARNER_PPO_SMALL_LEARNER_H_
#define WEFT_TESTS_LEARNER_PPO_SMALL_LEARNER_H_

#include <memory>
#include <random>
#include <vector>

#include "common/policy/torch_threads.h"
#include "gtest/gtest.h"
#include "learner/ppo/ppo_learner.h"
#include "tests/learner/ppo/synthetic_training.h"

namespace weft {

inline PolicyOptions SmallPolicy() {
  PolicyOptions options;
  options.width = 16;
  options.layers = 1;
  return options;
}

inline PpoOptions SmallBatches() {
  PpoOptions options;
  options.minibatch_steps = 16;
  return options;
}

inline std::unique_ptr<PpoLearner> MakeLearner(const PpoOptions& ppo = SmallBatches(),
                                               uint64_t seed = 1) {
  SetTorchThreads(1);
  return PpoLearner::Create(SmallPolicy(), ppo, "cpu", 6, seed).value();
}

// Played by the learner's own weights.
inline std::vector<Trajectory> Episodes(const PpoLearner& learner, int count,
                                        uint64_t seed) {
  const std::unique_ptr<TorchPolicy> policy =
      TorchPolicy::Create(SmallPolicy()).value();
  EXPECT_TRUE(
      policy->LoadWeights(learner.SerializeWeights().value(), learner.version()).ok());
  std::mt19937_64 random(seed);
  return PlayEpisodes(*policy, /*environment_seed=*/1, count, random);
}

// Plays with seeds first..last-1, and updates after each.
inline void UpdateTimes(PpoLearner& learner, int first, int last) {
  for (int i = first; i < last; ++i) {
    const absl::StatusOr<UpdateStats> stats = learner.Update(Episodes(learner, 12, i));
    ASSERT_TRUE(stats.ok()) << stats.status();
  }
}

// One gradient step, which measures before it moves.
inline PpoOptions OneStep() {
  PpoOptions options;
  options.epochs = 1;
  options.minibatch_steps = 4096;
  return options;
}

}  // namespace weft

#endif  // WEFT_TESTS_LEARNER_PPO_SMALL_LEARNER_H_
