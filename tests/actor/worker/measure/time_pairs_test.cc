#include "actor/worker/measure/time_pairs.h"

#include <unistd.h>

#include <string>

#include "common/time/stopwatch.h"
#include "gtest/gtest.h"
#include "tests/actor/worker/measure/function_kernel.h"

namespace weft {
namespace {

FunctionKernel Sleeps(useconds_t microseconds) {
  return FunctionKernel({}, [=](void* const*) { usleep(microseconds); });
}

TEST(TimePairsTest, TheFasterKernelWinsNearlyEveryPair) {
  InterferenceMonitor monitor(SentinelTimes(), -1);
  const PairTiming timing =
      TimePairs(Sleeps(500), Sleeps(2000), nullptr, 0.05, &monitor);
  EXPECT_TRUE(timing.confirmation.faster);
  EXPECT_GE(timing.confirmation.seconds, 500e-6);
  EXPECT_GE(timing.confirmation.previous_seconds, 2000e-6);
  EXPECT_DOUBLE_EQ(timing.confirmation.ratio,
                   timing.confirmation.previous_seconds / timing.confirmation.seconds);
  EXPECT_LE(timing.confirmation.pairs, 16);
  EXPECT_LE(timing.confirmation.pairs_won, timing.confirmation.pairs);
}

TEST(TimePairsTest, TheSlowerKernelIsNotTheFasterOne) {
  InterferenceMonitor monitor(SentinelTimes(), -1);
  EXPECT_FALSE(TimePairs(Sleeps(2000), Sleeps(500), nullptr, 0.05, &monitor)
                   .confirmation.faster);
}

Confirmation Won(int won, int pairs, double ratio) {
  Confirmation confirmation;
  confirmation.pairs_won = won;
  confirmation.pairs = pairs;
  confirmation.ratio = ratio;
  return confirmation;
}

TEST(IsFasterTest, ThreeOfFourCleanPairsAreEnough) {
  EXPECT_TRUE(IsFaster(Won(12, 16, 1.03), /*disturbed=*/false));
  EXPECT_FALSE(IsFaster(Won(11, 16, 1.03), /*disturbed=*/false));
  EXPECT_FALSE(IsFaster(Won(16, 16, 1.01), /*disturbed=*/false));
}

TEST(IsFasterTest, OfDisturbedPairsMoreMustBeWon) {
  EXPECT_FALSE(IsFaster(Won(13, 16, 1.1), /*disturbed=*/true));
  EXPECT_TRUE(IsFaster(Won(14, 16, 1.1), /*disturbed=*/true));
}

TEST(IsFasterTest, OfFewPairsAllMustBeWonAndByFar) {
  EXPECT_FALSE(IsFaster(Won(5, 5, 1.2), /*disturbed=*/false));
  EXPECT_FALSE(IsFaster(Won(4, 5, 1.5), /*disturbed=*/false));
  EXPECT_TRUE(IsFaster(Won(1, 1, 1.5), /*disturbed=*/false));
  EXPECT_FALSE(IsFaster(Won(0, 0, 1.5), /*disturbed=*/false));
}

TEST(TimePairsTest, KernelsThatAreLongForTheBudgetHaveSixPairsOrASecond) {
  InterferenceMonitor monitor(SentinelTimes(), -1, /*watch_memory=*/false);
  const Stopwatch stopwatch;
  const PairTiming timing =
      TimePairs(Sleeps(10'000), Sleeps(20'000), nullptr, 0.01, &monitor);
  const int pairs =
      timing.rejections.samples + (timing.disturbed ? 0 : timing.confirmation.pairs);
  EXPECT_TRUE(pairs >= 6 || stopwatch.seconds() >= 1) << pairs;
}

TEST(TimePairsTest, WhoIsFirstChangesWithEveryPair) {
  std::string turns;  // A letter whenever another kernel runs than before.
  const auto notes = [&turns](char letter) {
    return FunctionKernel({}, [&turns, letter](void* const*) {
      if (turns.empty() || turns.back() != letter) turns += letter;
      usleep(1000);
    });
  };
  InterferenceMonitor monitor(SentinelTimes(), -1);
  const FunctionKernel a = notes('a');
  const FunctionKernel b = notes('b');
  const PairTiming timing = TimePairs(a, b, nullptr, 0.05, &monitor);
  const int pairs =
      timing.rejections.samples + (timing.disturbed ? 0 : timing.confirmation.pairs);
  // Two for the warm-up, two for the first pair (ab); after that a pair starts with the
  // kernel that the one before ended with (ba, ab, ...), which is one turn for each.
  EXPECT_EQ(turns.size(), static_cast<size_t>(pairs) + 3);
}

TEST(TimePairsTest, WithoutACleanPairTheDisturbedOnesCountAndAreFlagged) {
  InterferenceMonitor monitor({1e-9, 1, 1}, -1);
  const PairTiming timing =
      TimePairs(Sleeps(500), Sleeps(2000), nullptr, 0.02, &monitor);
  EXPECT_TRUE(timing.disturbed);
  EXPECT_GT(timing.rejections.samples, 0);
  EXPECT_GE(timing.confirmation.pairs, 1);
  EXPECT_EQ(timing.samples.size(), static_cast<size_t>(timing.confirmation.pairs));
}

}  // namespace
}  // namespace weft
