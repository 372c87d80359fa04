#include "actor/worker/measure/cpu_signals.h"

#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "actor/worker/measure/cpu_pin.h"
#include "common/time/stopwatch.h"
#include "gtest/gtest.h"

namespace weft {
namespace {

TEST(CpuSignalsTest, WhoSharesItsCpuWaitsForIt) {
  const std::optional<double> before = SecondsWaitedForCpu();
  if (!before) GTEST_SKIP() << "this kernel does not tell how long threads wait";
  const CpuPin pin(sched_getcpu());  // Which the rival inherits.
  ASSERT_TRUE(pin.pinned());
  const pid_t rival = fork();
  if (rival == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (volatile int i = 0;; i = i + 1) {
    }
  }
  const Stopwatch stopwatch;
  while (stopwatch.seconds() < 0.2) {
  }
  kill(rival, SIGKILL);
  waitpid(rival, nullptr, 0);
  const std::optional<double> after = SecondsWaitedForCpu();
  ASSERT_TRUE(after);
  EXPECT_GT(*after - *before, 0.01);
}

}  // namespace
}  // namespace weft
