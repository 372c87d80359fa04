#include "actor/environment/adaptive_limits.h"

#include "gtest/gtest.h"

namespace weft {
namespace {

Measurement Took(double compile, double check, double timing) {
  Measurement measurement;
  measurement.seconds = 1e-3;
  measurement.compile_seconds = compile;
  measurement.check_seconds = check;
  measurement.timing_seconds = timing;
  return measurement;
}

TEST(AdaptLimitsTest, AnUnknownTaskHasTheLimitsOfTheConfig) {
  MeasureOptions options;
  options.compile_timeout_seconds = 40;
  options.run_timeout_seconds = 30;
  options.memory_limit_mebibytes = 100;
  const MeasureLimits limits = AdaptLimits(options, nullptr, nullptr);
  EXPECT_EQ(limits.compile_seconds, 40);
  EXPECT_EQ(limits.run_seconds, 30);
  EXPECT_EQ(limits.memory_bytes, uint64_t{100} << 20);
}

TEST(AdaptLimitsTest, LimitsFollowTheLongerOfBaselineAndBest) {
  MeasureOptions options;
  options.compile_timeout_seconds = 1000;
  options.run_timeout_seconds = 1000;
  const Measurement baseline = Took(0.5, 0.2, 0.8);
  const Measurement best = Took(2, 0.1, 0.1);
  const MeasureLimits limits = AdaptLimits(options, &baseline, &best);
  EXPECT_DOUBLE_EQ(limits.compile_seconds, 60);
  EXPECT_DOUBLE_EQ(limits.run_seconds, 20);
}

TEST(AdaptLimitsTest, SmallTasksHaveRoomForABusyMachine) {
  MeasureOptions options;
  options.timing_budget_seconds = 0.5;
  const Measurement baseline = Took(0.001, 0.001, 0.001);
  const MeasureLimits limits = AdaptLimits(options, &baseline, nullptr);
  EXPECT_EQ(limits.compile_seconds, 5);
  EXPECT_EQ(limits.run_seconds, 5);  // Ten timing budgets.
}

TEST(AdaptLimitsTest, TheConfigIsTheUpperBound) {
  MeasureOptions options;
  options.compile_timeout_seconds = 3;
  options.run_timeout_seconds = 1;
  const Measurement baseline = Took(100, 100, 100);
  const MeasureLimits limits = AdaptLimits(options, &baseline, nullptr);
  EXPECT_EQ(limits.compile_seconds, 3);
  EXPECT_EQ(limits.run_seconds, 1);
}

TEST(AdaptLimitsTest, WaitingForTheLeaseCountsForNothing) {
  MeasureOptions options;
  options.run_timeout_seconds = 1000;
  Measurement baseline = Took(0.1, 0.5, 0.5);
  const double without = AdaptLimits(options, &baseline, nullptr).run_seconds;
  baseline.lease_wait_seconds = 500;
  EXPECT_EQ(AdaptLimits(options, &baseline, nullptr).run_seconds, without);
}

TEST(AdaptLimitsTest, AFailureTellsNothingAboutWhatIsNeeded) {
  MeasureOptions options;
  Measurement failed = Took(0.1, 0, 0);
  failed.outcome = Outcome::kCrashed;
  EXPECT_EQ(AdaptLimits(options, &failed, nullptr).compile_seconds,
            options.compile_timeout_seconds);
}

}  // namespace
}  // namespace weft
