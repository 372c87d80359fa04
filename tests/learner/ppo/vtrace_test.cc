#include "learner/ppo/vtrace.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

namespace weft {
namespace {

using ::testing::DoubleNear;
using ::testing::ElementsAre;

struct Episode {
  std::vector<double> rewards, values, ratios;
};

Episode RandomEpisode(size_t length, std::mt19937_64& random) {
  std::normal_distribution<double> normal;
  Episode episode;
  for (size_t i = 0; i < length; ++i) {
    episode.rewards.push_back(normal(random));
    episode.values.push_back(3 * normal(random));
    episode.ratios.push_back(std::exp(normal(random)));
  }
  return episode;
}

// The target as the paper's equation 1 has it, a sum over what comes later.
double Target(const Episode& episode, const VtraceOptions& options, size_t s) {
  const auto value = [&](size_t t) {
    return t < episode.values.size() ? episode.values[t] : 0.0;
  };
  double target = value(s);
  double product = 1;
  for (size_t t = s; t < episode.rewards.size(); ++t) {
    const double delta =
        episode.rewards[t] + options.discount * value(t + 1) - value(t);
    target += product * std::min(options.rho, episode.ratios[t]) * delta;
    product *=
        options.discount * options.lambda * std::min(options.c, episode.ratios[t]);
  }
  return target;
}

TEST(Vtrace, OfEqualPoliciesIsGeneralizedAdvantageEstimationToTheBit) {
  std::mt19937_64 random(1);
  for (size_t length = 1; length <= 10; ++length) {
    Episode episode = RandomEpisode(length, random);
    episode.ratios.assign(length, 1.0);
    const Advantages vtrace = VtraceAdvantages(episode.rewards, episode.values,
                                               episode.ratios, {0.97, 0.9, 1, 1});
    const Advantages gae =
        EstimateAdvantages(episode.rewards, episode.values, 0.97, 0.9);
    EXPECT_EQ(vtrace.advantages, gae.advantages);
    EXPECT_EQ(vtrace.returns, gae.returns);
  }
}

TEST(Vtrace, TargetsAreTheSumOfThePaper) {
  std::mt19937_64 random(2);
  const VtraceOptions options = {0.95, 0.8, 1.2, 0.9};
  for (int trial = 0; trial < 20; ++trial) {
    const Episode episode = RandomEpisode(7, random);
    const Advantages result =
        VtraceAdvantages(episode.rewards, episode.values, episode.ratios, options);
    for (size_t s = 0; s < 7; ++s) {
      EXPECT_NEAR(result.returns[s], Target(episode, options, s), 1e-12);
    }
  }
}

TEST(Vtrace, AgreesWithAnExampleComputedByHand) {
  // discount 1, lambda 1, values 1 2, rewards 0 6, ratios 4 and 0.5, rho = c = 1:
  // delta = 1, 4. v_1 = 2 + 0.5*4 = 4; v_0 = 1 + 1*1 + 1*(4-2) = 4.
  // A_1 = 6 - 2 = 4; A_0 = 0 + 4 - 1 = 3.
  const Advantages result = VtraceAdvantages({0, 6}, {1, 2}, {4, 0.5}, {1, 1, 1, 1});
  EXPECT_THAT(result.returns, ElementsAre(DoubleNear(4, 1e-12), DoubleNear(4, 1e-12)));
  EXPECT_THAT(result.advantages,
              ElementsAre(DoubleNear(3, 1e-12), DoubleNear(4, 1e-12)));
}

TEST(Vtrace, LeavesTheValueOfWhatThePolicyWouldNotDo) {
  const Advantages result = VtraceAdvantages({1, 9}, {2, 5}, {0, 0}, {1, 1, 1, 1});
  EXPECT_THAT(result.returns, ElementsAre(2, 5));
  EXPECT_THAT(result.advantages, ElementsAre(4, 4));  // Still told apart by reward.
}

TEST(Vtrace, ASmallCStopsWhatComesLaterFromReachingBack) {
  const Advantages result = VtraceAdvantages({0, 8}, {3, 3}, {2, 2}, {1, 1, 1, 0});
  EXPECT_DOUBLE_EQ(result.returns[0], 3);  // delta_0 is 0, and no more is let through.
  EXPECT_DOUBLE_EQ(result.returns[1], 8);
}

}  // namespace
}  // namespace weft
