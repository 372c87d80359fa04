// Learning from episodes that older weights played, in an environment with noise and
// failures: with V-trace it goes as with fresh ones, without any correction it does
// not.
#include <gtest/gtest.h>

#include <cmath>
#include <iostream>
#include <memory>
#include <string>

#include "actor/environment/noisy_environment.h"
#include "actor/environment/synthetic_environment.h"
#include "common/policy/torch_threads.h"
#include "learner/local/local_training.h"

namespace weft {
namespace {

constexpr char kProgram[] = "matmul";
constexpr int kUpdates = 60;
constexpr int kEpisodes = 32;
constexpr int kStaleness = 8;
constexpr int kSeeds = 3;

// What the policy of the last update gets when it samples, measured without noise: the
// geometric mean over seeds, as a share of the optimum's performance.
double ShareOfOptimum(int staleness, const std::string& correction) {
  SetTorchThreads(1);
  const double optimum = SyntheticEnvironment(SyntheticEnvironmentOptions())
                             .OptimalReward(kProgram)
                             .value();
  double total = 0;
  for (uint64_t seed = 1; seed <= kSeeds; ++seed) {
    NoiseOptions noise;
    noise.seed = seed;
    noise.time_noise = 0.05;
    noise.transform_failures = 0.005;
    noise.measurement_failures = 0.01;
    NoisyEnvironment environment(
        noise, std::make_unique<SyntheticEnvironment>(SyntheticEnvironmentOptions()));
    LocalTrainingOptions options;
    options.policy = {"convnext", 32, 1};
    options.ppo.learning_rate = 3e-3;
    options.ppo.minibatch_steps = 64;
    options.ppo.entropy_coefficient = 0.05;
    options.ppo.off_policy_correction = correction;
    options.total_updates = kUpdates;
    options.seed = seed;
    options.staleness = staleness;
    const auto training = LocalTraining::Create(options, {&environment}, {kProgram});
    if (!training.ok()) throw std::runtime_error(training.status().ToString());
    for (int i = 0; i < kUpdates; ++i) {
      const auto stats = (*training)->Iterate(kEpisodes);
      if (!stats.ok()) throw std::runtime_error(stats.status().ToString());
    }
    SyntheticEnvironment exact((SyntheticEnvironmentOptions()));
    std::mt19937_64 random(seed);
    total += MeanReward(exact, (*training)->policy(), {kProgram}, Selection::kSample,
                        100, random)
                 .value();
  }
  const double share = std::exp(total / kSeeds - optimum);
  std::cout << "staleness " << staleness << ", " << correction << ": share of optimum "
            << share << "\n";
  return share;
}

TEST(StalenessTest, VtraceLearnsFromOldEpisodesAsFromNewOnes) {
  const double fresh = ShareOfOptimum(0, "vtrace");
  const double corrected = ShareOfOptimum(kStaleness, "vtrace");
  const double uncorrected = ShareOfOptimum(kStaleness, "none");
  // The random policy has a tenth.
  EXPECT_GT(fresh, 0.5);
  EXPECT_GT(corrected, 0.9 * fresh);
  EXPECT_LT(uncorrected, 0.8 * corrected);
}

}  // namespace
}  // namespace weft
