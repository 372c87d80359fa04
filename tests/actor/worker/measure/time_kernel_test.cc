#include "actor/worker/measure/time_kernel.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "actor/worker/measure/run_limited.h"
#include "common/time/stopwatch.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/actor/worker/measure/function_kernel.h"
#include "tests/actor/worker/measure/rival.h"

namespace weft {
namespace {

Timing Time(const FunctionKernel::Function& function, double budget_seconds,
            const SentinelTimes& normal = SentinelTimes()) {
  InterferenceMonitor monitor(normal, /*cpu=*/-1);
  return TimeKernel(FunctionKernel({}, function), nullptr, budget_seconds, &monitor);
}

int Count(const Timing& timing, Interference interference) {
  return timing.rejections.reasons[static_cast<int>(interference)];
}

TEST(TimeKernelTest, ASleepTakesAtLeastAsLongAsItSleeps) {
  const Timing timing = Time([](void* const*) { usleep(2000); }, 0.05);
  EXPECT_GE(timing.seconds, 2e-3);
  EXPECT_LT(timing.seconds, 1);
}

TEST(TimeKernelTest, TheTimeIsTheSmallestSample) {
  const Timing timing = Time([](void* const*) { usleep(500); }, 0.05);
  ASSERT_FALSE(timing.samples.empty());
  EXPECT_LE(timing.samples.size(), 64u);
  EXPECT_EQ(timing.seconds,
            *std::min_element(timing.samples.begin(), timing.samples.end()));
}

TEST(TimeKernelTest, AShortKernelIsCalledManyTimesPerReadingOfTheClock) {
  int64_t calls = 0;
  const Timing timing = Time([&](void* const*) { ++calls; }, 0.02);
  EXPECT_EQ(timing.calls, calls);
  // Sanitizers and neighbours make calls slow, but never as slow as this.
  EXPECT_GT(calls, int64_t{100} * static_cast<int64_t>(timing.samples.size()));
  EXPECT_LT(timing.seconds, 1e-6);
}

TEST(TimeKernelTest, AKernelBeyondTheBudgetRunsUntilACallWasClean) {
  int calls = 0;
  const Timing timing = Time(
      [&](void* const*) {
        ++calls;
        usleep(20'000);
      },
      0.01);
  EXPECT_EQ(calls, timing.rejections.samples + (timing.disturbed ? 0 : 1));
  EXPECT_LE(calls, 3);
  EXPECT_EQ(timing.samples.size(), 1u);
  EXPECT_GE(timing.seconds, 0.02);
}

TEST(TimeKernelTest, CallsBeyondTheBudgetThatWereAllDisturbedSayWhy) {
  int calls = 0;
  const Timing timing = Time(
      [&](void* const*) {
        ++calls;
        usleep(20'000);
      },
      0.01, {1e-9, 1, 1});
  EXPECT_EQ(calls, 3);
  EXPECT_TRUE(timing.disturbed);
  EXPECT_EQ(timing.rejections.samples, 3);
  EXPECT_EQ(Count(timing, Interference::kSlowCompute), 3);
}

TEST(TimeKernelTest, CallsOfManySecondsAreNotTakenAgain) {
  int calls = 0;
  Time(
      [&](void* const*) {
        ++calls;
        usleep(600'000);
      },
      0.01, {1e-9, 1, 1});
  EXPECT_EQ(calls, 1);
}

TEST(TimeKernelTest, SamplesTakenWhileTheMemorySentinelIsSlowAreRejected) {
  int calls = 0;
  const Timing timing = Time(
      [&](void* const*) {
        ++calls;
        usleep(500);
      },
      0.02, {1, 1, 1e-9});
  EXPECT_TRUE(timing.disturbed);
  EXPECT_GT(timing.rejections.samples, 0);
  EXPECT_EQ(Count(timing, Interference::kSlowMemory), timing.rejections.samples);
  // The fastest of what was rejected is still an upper bound.
  EXPECT_GE(timing.seconds, 500e-6);
  EXPECT_EQ(timing.samples.size(), 1u);
}

TEST(TimeKernelTest, ADisturbedTimingGivesUpAfterAFewBudgets) {
  double slept = 0;
  Time(
      [&](void* const*) {
        usleep(1000);
        slept += 1e-3;
      },
      0.02, {1e-9, 1, 1});
  EXPECT_GT(slept, 0);
  EXPECT_LT(slept, 0.08);
}

TEST(TimeKernelTest, AKernelThatIsPreemptedSaysSo) {
  const Rival rival;
  ASSERT_TRUE(rival.shares_the_cpu());
  const Timing timing = Time(
      [](void* const*) {
        const Stopwatch stopwatch;
        while (stopwatch.seconds() < 0.03) {
        }
      },
      0.2);
  EXPECT_GT(Count(timing, Interference::kPreempted), 0);
  EXPECT_GE(timing.rejections.samples, Count(timing, Interference::kPreempted));
}

TEST(TimeKernelTest, AKernelThatAllocatesFaultsNoPagesWhileItIsTimed) {
  // As in a measurement: in a child, whose allocator keeps what was freed.
  const absl::StatusOr<ChildResult> child =
      RunLimited(ChildLimits(), [](ChildChannel& channel) {
        const auto kernel = [](void* const*) {
          constexpr size_t kBytes = 4 << 20;
          void* block = std::malloc(kBytes);
          std::memset(block, 1, kBytes);
          asm volatile("" : : "r"(block) : "memory");
          std::free(block);
        };
        kernel(nullptr);  // The check's run.
        const Timing timing = Time(kernel, 0.05);
        channel.Return(std::to_string(timing.page_faults));
      });
  ASSERT_TRUE(child.ok());
#if __has_feature(address_sanitizer)
  GTEST_SKIP() << "the sanitizer has an allocator of its own";
#endif
  EXPECT_EQ(child->result, "0");
}

}  // namespace
}  // namespace weft
