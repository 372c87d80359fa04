// That the policy, the environment's masks and PPO together learn: the schedule of
// every program is found from rewards alone. The synthetic environment knows its
// optimum.
#include <gtest/gtest.h>

#include "tests/learner/ppo/synthetic_training.h"

namespace weft {
namespace {

constexpr int kUpdates = 80;
constexpr int kEpisodesPerUpdate = 32;

double MeanOptimum(uint64_t environment_seed) {
  const SyntheticEnvironment environment({environment_seed, absl::ZeroDuration()});
  double total = 0;
  for (const std::string& program : SyntheticEnvironment::Programs()) {
    total += environment.OptimalReward(program).value();
  }
  return total / static_cast<double>(SyntheticEnvironment::Programs().size());
}

class Learning : public testing::TestWithParam<uint64_t> {};

TEST_P(Learning, ReachesNineTenthsOfTheWayFromRandomToTheOptimum) {
  const uint64_t seed = GetParam();
  PolicyOptions policy;
  policy.width = 32;
  policy.layers = 1;
  PpoOptions ppo;
  ppo.learning_rate = 3e-3;
  ppo.minibatch_steps = 32;
  // With less, the policy settles for vectorizing at once before it has met a good
  // tile.
  ppo.entropy_coefficient = 0.05;
  SyntheticTraining training(policy, ppo, kUpdates, seed);
  for (int i = 0; i < kUpdates; ++i) training.Iterate(kEpisodesPerUpdate);

  std::mt19937_64 random(seed);
  const double random_reward =
      MeanReward(RandomPolicy(), seed, Selection::kSample, 200, random);
  const double greedy_reward =
      MeanReward(training.policy(), seed, Selection::kGreedy, 1, random);
  const double optimum = MeanOptimum(seed);
  RecordProperty("random", std::to_string(random_reward));
  RecordProperty("greedy", std::to_string(greedy_reward));
  RecordProperty("optimum", std::to_string(optimum));
  ASSERT_LT(random_reward, optimum - 1);
  EXPECT_GE(greedy_reward - random_reward, 0.9 * (optimum - random_reward))
      << "random " << random_reward << ", greedy " << greedy_reward << ", optimum "
      << optimum;
  EXPECT_LE(greedy_reward, optimum + 1e-9);
}

INSTANTIATE_TEST_SUITE_P(Seeds, Learning, testing::Values(1, 3));

}  // namespace
}  // namespace weft
