#include "actor/worker/measure/compare_output.h"

#include <cmath>
#include <limits>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace weft {
namespace {

using ::testing::HasSubstr;

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr double kWorst = std::numeric_limits<double>::max();

OutputComparison Compare(const std::vector<float>& expected,
                         const std::vector<float>& actual, double tolerance = 1e-5) {
  const KernelArgument argument = {static_cast<int64_t>(expected.size()), 4, true};
  return CompareOutput(argument, expected.data(), actual.data(), tolerance);
}

TEST(CompareOutputTest, EqualOutputsHaveNoError) {
  const OutputComparison result = Compare({1, 0, -3}, {1, 0, -3});
  EXPECT_EQ(result.max_relative_error, 0);
  EXPECT_EQ(result.mismatch, "");
}

TEST(CompareOutputTest, TheFirstMismatchIsNamed) {
  const OutputComparison result = Compare({1, 2, 3}, {1, 2.5, 7});
  EXPECT_THAT(result.mismatch, HasSubstr("element 1 of 3: expected 2, got 2.5"));
}

TEST(CompareOutputTest, TheErrorIsRelativeToTheElementAndTheScale) {
  // rms of {3, 3} is 3, so the denominator is 6.
  EXPECT_NEAR(Compare({3, 3}, {3, 3.6f}).max_relative_error, 0.1, 1e-6);
}

TEST(CompareOutputTest, AnElementNearZeroMayBeOffByRoundingOfTheOthers) {
  EXPECT_EQ(Compare({1000, 1e-4f}, {1000, 2e-4f}).mismatch, "");
}

TEST(CompareOutputTest, NanAndInfinityWhereThereIsNoneAreTheWorstError) {
  EXPECT_EQ(Compare({1, 2}, {1, kNan}).max_relative_error, kWorst);
  EXPECT_EQ(Compare({1, 2}, {1, kInfinity}).max_relative_error, kWorst);
  EXPECT_NE(Compare({1, 2}, {1, -kInfinity}).mismatch, "");
}

TEST(CompareOutputTest, TheScaleOfLargeDoublesDoesNotOverflow) {
  const std::vector<double> expected = {1e300, 1e300};
  const std::vector<double> actual = {1e300, 2e300};
  const KernelArgument argument = {2, 8, true};
  EXPECT_NEAR(
      CompareOutput(argument, expected.data(), actual.data(), 1).max_relative_error,
      0.5, 1e-6);
}

TEST(CompareOutputTest, AnythingButZeroIsWrongWhereAllIsZero) {
  EXPECT_EQ(Compare({0, 0}, {0, 0}).mismatch, "");
  EXPECT_NE(Compare({0, 0}, {0, 1e-30f}).mismatch, "");
}

TEST(CompareOutputTest, TheToleranceGrowsWithTheSumAndShrinksWithThePrecision) {
  EXPECT_DOUBLE_EQ(Tolerance(4, 1), std::numeric_limits<float>::epsilon() * 40);
  EXPECT_DOUBLE_EQ(Tolerance(4, 400), std::numeric_limits<float>::epsilon() * 192);
  EXPECT_DOUBLE_EQ(Tolerance(8, 400), std::numeric_limits<double>::epsilon() * 192);
}

TEST(CompareOutputTest, AReorderedSumIsWithinTheTolerance) {
  constexpr int kTerms = 4096;
  float forward = 0;
  float backward = 0;
  for (int i = 0; i < kTerms; ++i) {
    forward += std::sin(static_cast<float>(i));
    backward += std::sin(static_cast<float>(kTerms - 1 - i));
  }
  ASSERT_NE(forward, backward);
  EXPECT_EQ(Compare({forward, 64}, {backward, 64}, Tolerance(4, kTerms)).mismatch, "");
}

TEST(CompareOutputTest, AMissingTermIsBeyondTheTolerance) {
  // Sums of 512 products of numbers in [-1, 1] are about 7.5 in size; one product is
  // 0.33.
  EXPECT_NE(Compare({7.5f, -7.5f}, {7.5f, -7.17f}, Tolerance(4, 1024)).mismatch, "");
}

TEST(CompareOutputTest, DoublesAreComparedAsDoubles) {
  const std::vector<double> expected = {1, 2};
  const std::vector<double> actual = {1, 2 + 1e-9};
  const KernelArgument argument = {2, 8, true};
  EXPECT_NE(
      CompareOutput(argument, expected.data(), actual.data(), Tolerance(8, 1)).mismatch,
      "");
}

}  // namespace
}  // namespace weft
