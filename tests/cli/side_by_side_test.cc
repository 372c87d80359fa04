// With a real worker, a real program and a real signal.
#include "cli/side_by_side.h"

#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>

#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace weft {
namespace {

using ::testing::HasSubstr;

constexpr char kDoesNothing[] = R"(
module attributes {transform.with_named_sequence} {
  transform.named_sequence @__transform_main(%module: !transform.any_op {transform.consumed}) {
    transform.yield
  }
}
)";

class SideBySideTest : public ::testing::Test {
 protected:
  SideBySideTest() {
    std::filesystem::create_directories(folder_);
    std::ofstream(schedule_) << kDoesNothing;
    options_.worker_path = std::string(std::getenv("WEFT_BIN_DIR")) + "/weft-worker";
    options_.measure.timing_budget_seconds = 0.02;
    options_.measure.lease_path = folder_ + "/lease";
    options_.log_path = folder_ + "/log";
  }
  ~SideBySideTest() override { std::filesystem::remove_all(folder_); }

  absl::StatusOr<SideBySide> Time(const std::function<bool()>& stop = [] {
    return false;
  }) {
    return TimeSideBySide(program_, schedule_, options_, stop);
  }

  // A worker on a machine that is never quiet: each attempt takes so many seconds.
  void UseDisturbedWorker(const std::string& seconds) {
    options_.worker_path = folder_ + "/disturbed_worker";
    std::ofstream(options_.worker_path)
        << "#!/bin/sh\necho attempt >> " << attempts_ << "\nsleep " << seconds << R"(
while [ "$1" != --json ]; do shift; done
echo '{"outcome": "ok", "message": "", "disturbed": true, "confirmation":
       {"seconds": 1e-6, "previous_seconds": 2e-6, "pairs": 1}}' > "$2"
)";
    std::filesystem::permissions(options_.worker_path,
                                 std::filesystem::perms::owner_all);
  }

  int Attempts() const {
    std::ifstream lines(attempts_);
    int count = 0;
    for (std::string line; std::getline(lines, line);) ++count;
    return count;
  }

  const std::string folder_ =
      ::testing::TempDir() + "side_by_side_test." + std::to_string(getpid());
  const std::string program_ =
      std::string(std::getenv("WEFT_SOURCE_DIR")) + "/tests/programs/matmul.mlir";
  const std::string schedule_ = folder_ + "/schedule.mlir";
  const std::string attempts_ = folder_ + "/attempts";
  SideBySideOptions options_;
};

TEST_F(SideBySideTest, BothAreTimedInPairs) {
  const absl::StatusOr<SideBySide> found = Time();
  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_GT(found->unscheduled_seconds, 0);
  EXPECT_GT(found->best_seconds, 0);
  EXPECT_GE(found->pairs, 1);
  EXPECT_EQ(found->speedup(), found->unscheduled_seconds / found->best_seconds);
}

TEST_F(SideBySideTest, AnInterruptEndsItAtOnceAndLeavesNoProcess) {
  options_.measure.timing_budget_seconds = 600;
  const absl::Time start = absl::Now();
  const absl::StatusOr<SideBySide> found =
      Time([&] { return absl::Now() - start > absl::Milliseconds(300); });
  EXPECT_TRUE(absl::IsCancelled(found.status())) << found.status();
  EXPECT_EQ(waitpid(-1, nullptr, WNOHANG), -1);
  EXPECT_EQ(errno, ECHILD);
}

TEST_F(SideBySideTest, OverItsLimitItEndsAndLeavesNoProcess) {
  options_.measure.timing_budget_seconds = 600;
  options_.limit = absl::Milliseconds(300);
  const absl::StatusOr<SideBySide> found = Time();
  EXPECT_TRUE(absl::IsDeadlineExceeded(found.status())) << found.status();
  EXPECT_EQ(waitpid(-1, nullptr, WNOHANG), -1);
  EXPECT_EQ(errno, ECHILD);
}

TEST_F(SideBySideTest, DisturbedTimesAreTakenAgainWhileTheLimitLeavesTime) {
  UseDisturbedWorker("0");
  EXPECT_TRUE(Time()->disturbed);
  EXPECT_EQ(Attempts(), 3);
}

TEST_F(SideBySideTest, AnAttemptThatDoesNotFitIntoTheLimitIsNotMade) {
  UseDisturbedWorker("2");
  options_.limit = absl::Milliseconds(3900);
  EXPECT_TRUE(Time()->disturbed);
  EXPECT_EQ(Attempts(), 1);
}

TEST_F(SideBySideTest, AScheduleThatCannotBeAppliedIsAnErrorThatNamesTheLog) {
  std::ofstream(schedule_) << "module { nonsense }";
  const absl::StatusOr<SideBySide> found = Time();
  EXPECT_TRUE(absl::IsFailedPrecondition(found.status())) << found.status();
  EXPECT_THAT(std::string(found.status().message()), HasSubstr(options_.log_path));
}

TEST_F(SideBySideTest, AWorkerThatIsNotThereIsAnError) {
  options_.worker_path = "/nonexistent/weft-worker";
  EXPECT_FALSE(Time().ok());
}

}  // namespace
}  // namespace weft
