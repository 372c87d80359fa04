#include "learner/ppo/adaptive_coefficients.h"

#include <gtest/gtest.h>

#include <cmath>

namespace weft {
namespace {

TEST(LargestEntropy, AddsTheLogarithmsOfTheLegalOptionsOfTheUsedParts) {
  ActionParts action;
  action.kind = {0b10110, 1};
  EXPECT_DOUBLE_EQ(LargestEntropy(action), std::log(3));
  action.mode = Part{0b11, 0};
  action.sizes = {{0b1111, 2}, {0b1, 0}};
  EXPECT_DOUBLE_EQ(LargestEntropy(action), std::log(3) + std::log(2) + std::log(4));
  ActionParts forced;
  forced.kind = {0b1, 0};
  EXPECT_EQ(LargestEntropy(forced), 0);
}

TEST(NextEntropyCoefficient, RisesWhileTheEntropyIsBelowItsTarget) {
  double coefficient = 0.01;
  for (int i = 0; i < 5; ++i) {
    const double next = NextEntropyCoefficient(coefficient, 0.01, 0.0, 0.3);
    EXPECT_NEAR(next / coefficient, 2, 1e-9);
    coefficient = next;
  }
  // Nearer to the target it rises less.
  EXPECT_LT(NextEntropyCoefficient(0.02, 0.01, 0.29, 0.3), 0.02 * 1.3);
  EXPECT_GT(NextEntropyCoefficient(0.02, 0.01, 0.29, 0.3), 0.02);
}

TEST(NextEntropyCoefficient, FallsBackToTheScheduleAndNoFurther) {
  EXPECT_LT(NextEntropyCoefficient(0.1, 0.01, 0.9, 0.3), 0.1);
  EXPECT_DOUBLE_EQ(NextEntropyCoefficient(0.0101, 0.01, 0.9, 0.3), 0.01);
}

TEST(NextEntropyCoefficient, IsBoundedAndStartsFromAScheduleOfNothing) {
  double coefficient = 0;
  for (int i = 0; i < 200; ++i) {
    coefficient = NextEntropyCoefficient(coefficient, 0, 0, 0.3);
  }
  EXPECT_DOUBLE_EQ(coefficient, 1);
}

TEST(NextEntropyCoefficient, IsNothingWithoutATarget) {
  EXPECT_EQ(NextEntropyCoefficient(0.5, 0.01, 0, 0), 0);
}

TEST(NextKlCoefficient, DoublesAboveTheTargetAndHalvesBelowIt) {
  EXPECT_EQ(NextKlCoefficient(0.5, 1, 0.2, 0.1), 1);
  EXPECT_EQ(NextKlCoefficient(0.5, 1, 0.05, 0.1), 0.25);
  EXPECT_EQ(NextKlCoefficient(0.5, 1, 0.1, 0.1), 0.5);
}

TEST(NextKlCoefficient, StaysWithinItsRangeAndOffWhenItIsOff) {
  double coefficient = 1;
  for (int i = 0; i < 50; ++i) coefficient = NextKlCoefficient(coefficient, 1, 9, 0.1);
  EXPECT_EQ(coefficient, 1024);
  EXPECT_EQ(NextKlCoefficient(4, 0, 9, 0.1), 0);
}

}  // namespace
}  // namespace weft
