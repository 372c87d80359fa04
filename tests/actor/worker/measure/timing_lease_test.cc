#include "actor/worker/measure/timing_lease.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>
#include <utility>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace weft {
namespace {

constexpr double kLong = 30;
constexpr double kShort = 0.03;

class TimingLeaseTest : public ::testing::Test {
 protected:
  ~TimingLeaseTest() override { unlink(path_.c_str()); }

  // Starts a process that holds the lease until it is killed; returns when it does.
  pid_t StartHolder() {
    int ready[2];
    EXPECT_EQ(pipe2(ready, O_CLOEXEC), 0);
    const pid_t holder = fork();
    if (holder == 0) {
      absl::StatusOr<TimingLease> lease = TimingLease::Acquire(path_, kLong);
      if (lease.ok()) (void)!write(ready[1], "x", 1);
      while (true) pause();
    }
    close(ready[1]);
    char byte;
    EXPECT_EQ(read(ready[0], &byte, 1), 1);
    close(ready[0]);
    return holder;
  }

  static void Kill(pid_t process) {
    kill(process, SIGKILL);
    waitpid(process, nullptr, 0);
  }

  const std::string path_ =
      ::testing::TempDir() + "weft-lease-test." + std::to_string(getpid());
};

TEST_F(TimingLeaseTest, AFreeLeaseIsHadAtOnce) {
  EXPECT_TRUE(TimingLease::Acquire(path_, 0).ok());
}

TEST_F(TimingLeaseTest, OneProcessExcludesAnother) {
  const pid_t holder = StartHolder();
  const absl::Status refused = TimingLease::Acquire(path_, kShort).status();
  Kill(holder);
  EXPECT_EQ(refused.code(), absl::StatusCode::kDeadlineExceeded);
}

TEST_F(TimingLeaseTest, AHolderThatIsKilledGivesItBack) {
  Kill(StartHolder());
  EXPECT_TRUE(TimingLease::Acquire(path_, 0).ok());
}

TEST_F(TimingLeaseTest, AWaiterGetsItWhenTheHolderDiesAndKnowsHowLongItWaited) {
  const pid_t holder = StartHolder();
  const pid_t killer = fork();
  if (killer == 0) {
    usleep(50'000);
    kill(holder, SIGKILL);
    _exit(0);
  }
  absl::StatusOr<TimingLease> lease = TimingLease::Acquire(path_, kLong);
  ASSERT_TRUE(lease.ok()) << lease.status();
  EXPECT_GT(lease->waited_seconds(), 0.01);
  waitpid(killer, nullptr, 0);
  waitpid(holder, nullptr, 0);
}

TEST_F(TimingLeaseTest, ItIsGivenBackAtTheEndOfTheScope) {
  {
    ASSERT_TRUE(TimingLease::Acquire(path_, 0).ok());
  }
  EXPECT_TRUE(TimingLease::Acquire(path_, 0).ok());
}

TEST_F(TimingLeaseTest, MovingItDoesNotGiveItBack) {
  absl::StatusOr<TimingLease> lease = TimingLease::Acquire(path_, 0);
  ASSERT_TRUE(lease.ok());
  const TimingLease moved = std::move(*lease);
  EXPECT_FALSE(TimingLease::Acquire(path_, 0).ok());
}

TEST_F(TimingLeaseTest, APathThatCannotBeOpenedIsNamed) {
  const absl::Status status =
      TimingLease::Acquire("/nonexistent/folder/lease", kLong).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(status.message()),
              ::testing::HasSubstr("/nonexistent/folder"));
}

}  // namespace
}  // namespace weft
