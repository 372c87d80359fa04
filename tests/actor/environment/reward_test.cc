#include <cmath>
#include <limits>

#include "actor/environment/environment.h"
#include "gtest/gtest.h"

namespace weft {
namespace {

constexpr double kPenalty = -8;

Measurement Timed(double seconds) {
  Measurement measurement;
  measurement.seconds = seconds;
  return measurement;
}

TEST(RewardTest, IsTheLogarithmOfRooflineOverMeasuredTime) {
  EXPECT_DOUBLE_EQ(Reward(Timed(2e-3), 1e-3, kPenalty), std::log(0.5));
  EXPECT_DOUBLE_EQ(Reward(Timed(1e-3), 1e-3, kPenalty), 0);
}

TEST(RewardTest, HalvingTheTimeAddsLnTwoWhereverItIs) {
  for (double seconds : {1e-6, 1e-3, 1.0}) {
    const double slow = Reward(Timed(seconds), 1e-3, kPenalty);
    const double fast = Reward(Timed(seconds / 2), 1e-3, kPenalty);
    EXPECT_NEAR(fast - slow, std::log(2), 1e-12);
  }
}

TEST(RewardTest, EveryOutcomeButOkGetsThePenaltyEvenWithATime) {
  for (int outcome = 1; outcome < kNumOutcomes; ++outcome) {
    Measurement measurement = Timed(1e-9);
    measurement.outcome = static_cast<Outcome>(outcome);
    EXPECT_EQ(Reward(measurement, 1e-3, kPenalty), kPenalty)
        << OutcomeName(measurement.outcome);
  }
}

TEST(RewardTest, IsFiniteForTimesThatCannotBe) {
  const double infinity = std::numeric_limits<double>::infinity();
  EXPECT_EQ(Reward(Timed(0), 1e-3, kPenalty), kPenalty);
  EXPECT_EQ(Reward(Timed(-1), 1e-3, kPenalty), kPenalty);
  EXPECT_EQ(Reward(Timed(infinity), 1e-3, kPenalty), kPenalty);
  EXPECT_EQ(Reward(Timed(std::nan("")), 1e-3, kPenalty), kPenalty);
  EXPECT_EQ(Reward(Timed(1e-3), 0, kPenalty), kPenalty);
}

}  // namespace
}  // namespace weft
