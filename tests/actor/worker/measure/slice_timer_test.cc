#include "actor/worker/measure/slice_timer.h"

#include <unistd.h>

#include "gtest/gtest.h"
#include "tests/actor/worker/measure/function_kernel.h"

namespace weft {
namespace {

constexpr SentinelTimes kAlwaysNormal = {1, 1, 1};
constexpr SentinelTimes kNeverNormal = {1e-9, 1e-9, 1e-9};

Slice TimeSlice(const SentinelTimes& normal, double seconds, int* calls) {
  const FunctionKernel kernel({}, [calls](void* const*) {
    ++*calls;
    usleep(300);
  });
  BatchTimer timer(kernel, nullptr);
  InterferenceMonitor monitor(normal, -1, /*watch_memory=*/false);
  CoreLooks looks;
  return SliceTimer(&timer, &monitor, &looks).Run(seconds);
}

TEST(SliceTimerTest, ASliceHasTheTimeOfACall) {
  int calls = 0;
  const Slice slice = TimeSlice(kAlwaysNormal, 0.003, &calls);
  EXPECT_GE(slice.seconds, 300e-6);
  EXPECT_GT(calls, 1);
}

TEST(SliceTimerTest, ASliceOnASlowCoreSaysSoAndStillHasATime) {
  int calls = 0;
  const Slice slice = TimeSlice(kNeverNormal, 0.003, &calls);
  EXPECT_TRUE(slice.why[static_cast<int>(Interference::kSlowCompute)]);
  EXPECT_GE(slice.seconds, 300e-6);
}

TEST(SliceTimerTest, AtLeastOneBatchIsRun) {
  int calls = 0;
  TimeSlice(kAlwaysNormal, 0, &calls);
  EXPECT_GE(calls, 1);
}

TEST(SliceTimerTest, ACleanTimeIsBetterThanAFasterDisturbedOne) {
  Slice clean = {2e-3, {}};
  Slice disturbed = {1e-3, {}};
  disturbed.why[static_cast<int>(Interference::kPreempted)] = true;
  EXPECT_TRUE(Better(clean, disturbed));
  EXPECT_FALSE(Better(disturbed, clean));
  EXPECT_TRUE(Better({1e-3, {}}, clean));
}

}  // namespace
}  // namespace weft
