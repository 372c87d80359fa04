#include "learner/ppo/running_moments.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

#include "learner/ppo/advantages.h"

namespace weft {
namespace {

TEST(RunningMoments, AgreeWithTheMomentsOfAllValuesAtOnce) {
  std::mt19937_64 random(1);
  std::normal_distribution<double> normal(1e6, 3);  // Cancellation would show.
  RunningMoments running;
  std::vector<double> values;
  for (int i = 0; i < 1000; ++i) {
    values.push_back(normal(random));
    running.Add(values.back());
  }
  const Moments moments = MomentsOf(values);
  EXPECT_NEAR(running.mean, moments.mean, 1e-6);
  EXPECT_NEAR(running.standard_deviation(), moments.standard_deviation, 1e-6);
}

TEST(RunningMoments, OfOneValueHaveNoSpread) {
  RunningMoments running;
  EXPECT_EQ(running.standard_deviation(), 0);
  running.Add(5);
  EXPECT_EQ(running.mean, 5);
  EXPECT_EQ(running.standard_deviation(), 0);
}

}  // namespace
}  // namespace weft
