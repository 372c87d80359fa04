#include "actor/worker/measure/time_kernel.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "actor/worker/measure/run_limited.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/actor/worker/measure/function_kernel.h"

namespace weft {
namespace {

Timing Time(const FunctionKernel::Function& function, double budget_seconds) {
  return TimeKernel(FunctionKernel({}, function), nullptr, budget_seconds);
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
  EXPECT_GT(calls, int64_t{1000} * static_cast<int64_t>(timing.samples.size()));
  EXPECT_LT(timing.seconds, 1e-6);
}

TEST(TimeKernelTest, AKernelBeyondTheBudgetRunsOnce) {
  int calls = 0;
  const Timing timing = Time(
      [&](void* const*) {
        ++calls;
        usleep(20'000);
      },
      0.01);
  EXPECT_EQ(calls, 1);
  EXPECT_EQ(timing.samples.size(), 1u);
  EXPECT_GE(timing.seconds, 0.02);
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
