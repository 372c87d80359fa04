#include "learner/ppo/advantages.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace weft {
namespace {

using ::testing::DoubleNear;
using ::testing::ElementsAre;

TEST(EstimateAdvantages, AgreesWithAnExampleComputedByHand) {
  // discount 0.5, lambda 0.8, values 1 2 4, rewards 0 0 6:
  // errors: 0 + 0.5*2 - 1 = 0; 0 + 0.5*4 - 2 = 0; 6 - 4 = 2.
  // advantages: 2; 0 + 0.4*2 = 0.8; 0 + 0.4*0.8 = 0.32.
  const Advantages result = EstimateAdvantages({0, 0, 6}, {1, 2, 4}, 0.5, 0.8);
  EXPECT_THAT(result.advantages,
              ElementsAre(DoubleNear(0.32, 1e-12), DoubleNear(0.8, 1e-12),
                          DoubleNear(2, 1e-12)));
  EXPECT_THAT(result.returns,
              ElementsAre(DoubleNear(1.32, 1e-12), DoubleNear(2.8, 1e-12),
                          DoubleNear(6, 1e-12)));
}

TEST(EstimateAdvantages, WithLambdaOneIsTheReturnMinusTheValue) {
  const Advantages result = EstimateAdvantages({1, 2, 3}, {7, 8, 9}, 1, 1);
  EXPECT_THAT(result.returns, ElementsAre(6, 5, 3));
  EXPECT_THAT(result.advantages, ElementsAre(-1, -3, -6));
}

TEST(EstimateAdvantages, WithLambdaZeroLooksOneStepAhead) {
  const Advantages result = EstimateAdvantages({1, 0}, {2, 5}, 0.9, 0);
  EXPECT_THAT(result.advantages, ElementsAre(DoubleNear(1 + 0.9 * 5 - 2, 1e-12), -5));
}

TEST(EstimateAdvantages, BootstrapsFromNothingAfterTheLastStep) {
  EXPECT_THAT(EstimateAdvantages({-8}, {-3}, 1, 0.95).advantages, ElementsAre(-5));
}

TEST(Normalize, GivesMeanZeroAndDeviationOne) {
  std::vector<double> values = {1, 2, 3, 10};
  Normalize(&values);
  EXPECT_NEAR(MomentsOf(values).mean, 0, 1e-9);
  EXPECT_NEAR(MomentsOf(values).standard_deviation, 1, 1e-5);
}

TEST(Normalize, MakesEqualValuesZero) {
  std::vector<double> values = {0.1, 0.1, 0.1};
  Normalize(&values);
  for (double value : values) EXPECT_NEAR(value, 0, 1e-9);
}

TEST(ExplainedVariance, IsOneForAPerfectAndZeroForAConstantPrediction) {
  EXPECT_DOUBLE_EQ(ExplainedVariance({1, 2, 3}, {1, 2, 3}), 1);
  EXPECT_DOUBLE_EQ(ExplainedVariance({5, 5, 5}, {1, 2, 3}), 0);
  EXPECT_DOUBLE_EQ(ExplainedVariance({1, 2}, {4, 4}), 0);
  // Equal numbers whose mean is rounded.
  const std::vector<double> equal(10, -8.1);
  std::vector<double> predicted(10, -2);
  predicted[3] = -9;
  EXPECT_DOUBLE_EQ(ExplainedVariance(predicted, equal), 0);
}

}  // namespace
}  // namespace weft
