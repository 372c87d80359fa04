#include "actor/worker/measure/cpu_signals.h"

#include "common/time/stopwatch.h"
#include "gtest/gtest.h"
#include "tests/actor/worker/measure/rival.h"

namespace weft {
namespace {

TEST(CpuSignalsTest, WhoSharesItsCpuWaitsForIt) {
  const std::optional<double> before = SecondsWaitedForCpu();
  if (!before) GTEST_SKIP() << "this kernel does not tell how long threads wait";
  const Rival rival;
  ASSERT_TRUE(rival.shares_the_cpu());
  const Stopwatch stopwatch;
  while (stopwatch.seconds() < 0.2) {
  }
  const std::optional<double> after = SecondsWaitedForCpu();
  ASSERT_TRUE(after);
  EXPECT_GT(*after - *before, 0.01);
}

}  // namespace
}  // namespace weft
