#include "common/process/stop_signals.h"

#include <signal.h>
#include <unistd.h>

#include <thread>

#include "absl/time/clock.h"
#include "gtest/gtest.h"

namespace weft {
namespace {

// Each in a process of its own: handlers stay.
TEST(StopSignalsDeathTest, ASignalIsNotedWhicheverThreadItReaches) {
  EXPECT_EXIT(
      {
        std::thread early([] { absl::SleepFor(absl::Seconds(30)); });
        CatchStopSignals(SecondSignal::kIsNoted);
        if (StopRequested()) _exit(1);
        pthread_kill(early.native_handle(), SIGTERM);
        if (!WaitForStopRequest(absl::Seconds(20))) _exit(2);
        kill(getpid(), SIGTERM);
        if (!WaitForStopRequest(absl::ZeroDuration())) _exit(3);
        _exit(StopRequested() ? 0 : 4);
      },
      ::testing::ExitedWithCode(0), "");
}

TEST(StopSignalsDeathTest, WithoutASignalTheWaitEnds) {
  EXPECT_EXIT(
      {
        CatchStopSignals(SecondSignal::kIsNoted);
        _exit(WaitForStopRequest(absl::Milliseconds(50)) ? 1 : 0);
      },
      ::testing::ExitedWithCode(0), "");
}

TEST(StopSignalsDeathTest, TheSecondSignalEndsACommand) {
  EXPECT_EXIT(
      {
        CatchStopSignals(SecondSignal::kEndsTheProcess);
        raise(SIGINT);
        if (!StopRequested()) _exit(1);
        raise(SIGINT);
        _exit(2);
      },
      ::testing::KilledBySignal(SIGINT), "");
}

}  // namespace
}  // namespace weft
