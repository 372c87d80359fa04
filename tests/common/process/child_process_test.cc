#include "common/process/child_process.h"

#include <signal.h>
#include <unistd.h>

#include <fstream>
#include <iterator>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace weft {
namespace {

using ::testing::HasSubstr;

std::string LogPath() {
  return ::testing::TempDir() + "child_process_test." + std::to_string(getpid()) +
         ".log";
}

std::unique_ptr<ChildProcess> StartShell(const std::string& script) {
  unlink(LogPath().c_str());
  auto child = ChildProcess::Start({"/bin/sh", "-c", script}, LogPath());
  EXPECT_TRUE(child.ok()) << child.status();
  return *std::move(child);
}

std::string Log() {
  std::ifstream file(LogPath());
  return std::string(std::istreambuf_iterator<char>(file), {});
}

TEST(ChildProcessTest, ExitCodesAreReported) {
  const auto status = StartShell("exit 3")->Wait(absl::Seconds(10));
  ASSERT_TRUE(status);
  EXPECT_EQ(status->ToString(), "exit code 3");
}

TEST(ChildProcessTest, DeathByASignalIsReported) {
  auto child = StartShell("sleep 60");
  EXPECT_FALSE(child->Poll());
  child->Signal(SIGKILL);
  const auto status = child->Wait(absl::Seconds(10));
  ASSERT_TRUE(status);
  EXPECT_EQ(status->signal, SIGKILL);
  EXPECT_THAT(status->ToString(), HasSubstr("Killed"));
}

TEST(ChildProcessTest, OutputAndErrorsGoToTheLog) {
  ASSERT_TRUE(StartShell("echo out; echo err >&2")->Wait(absl::Seconds(10)));
  EXPECT_EQ(Log(), "out\nerr\n");
}

TEST(ChildProcessTest, TheDestructorLeavesNoProcessBehind) {
  pid_t pid = 0;
  {
    auto child = StartShell("trap '' TERM; while :; do sleep 0.05; done");
    pid = child->pid();
    EXPECT_EQ(kill(pid, 0), 0);
  }
  EXPECT_EQ(kill(pid, 0), -1);
}

TEST(ChildProcessTest, AMissingProgramIsAnErrorThatNamesIt) {
  const auto child = ChildProcess::Start({"/nonexistent/program"}, LogPath());
  ASSERT_FALSE(child.ok());
  EXPECT_THAT(std::string(child.status().message()), HasSubstr("/nonexistent/program"));
}

TEST(ChildProcessTest, SignalsBlockedInTheParentAreDeliveredToTheChild) {
  sigset_t blocked, before;
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGTERM);
  sigprocmask(SIG_BLOCK, &blocked, &before);
  auto child = StartShell("sleep 60");
  sigprocmask(SIG_SETMASK, &before, nullptr);
  child->Signal(SIGTERM);
  const auto status = child->Wait(absl::Seconds(10));
  ASSERT_TRUE(status);
  EXPECT_EQ(status->signal, SIGTERM);
}

}  // namespace
}  // namespace weft
