#include "cli/train/run_directory.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace weft {
namespace {

class RunDirectoryTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = ::testing::TempDir() + "run_directory_test.XXXXXX";
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    root_ = name;
  }
  void TearDown() override { std::filesystem::remove_all(root_); }

  std::string root_;
};

TEST_F(RunDirectoryTest, ANameThatIsTakenGetsANumber) {
  const auto first = RunDirectory::Create(root_ + "/runs", "quick");
  const auto second = RunDirectory::Create(root_ + "/runs", "quick");
  ASSERT_TRUE(first.ok() && second.ok());
  EXPECT_EQ(first->path(), root_ + "/runs/quick");
  EXPECT_EQ(second->path(), root_ + "/runs/quick-2");
}

TEST_F(RunDirectoryTest, OnlyAFolderWithAConfigIsARun) {
  EXPECT_EQ(RunDirectory::Open(root_).status().code(), absl::StatusCode::kNotFound);
  const auto run = RunDirectory::Create(root_, "a");
  ASSERT_TRUE(run.ok());
  ASSERT_TRUE(run->WriteConfig("seed: 1\n").ok());
  EXPECT_TRUE(RunDirectory::Open(run->path()).ok());
}

TEST_F(RunDirectoryTest, AFolderThatCannotBeMadeIsNamed) {
  std::ofstream(root_ + "/file") << "not a folder";
  const auto run = RunDirectory::Create(root_ + "/file", "a");
  ASSERT_FALSE(run.ok());
  EXPECT_THAT(std::string(run.status().message()),
              ::testing::HasSubstr(root_ + "/file"));
}

TEST_F(RunDirectoryTest, TheTailOfALogIsItsLastLines) {
  const auto run = RunDirectory::Create(root_, "a");
  ASSERT_TRUE(run.ok());
  EXPECT_EQ(run->LogTail("learner", 2), "");
  std::ofstream(run->log("learner")) << "one\ntwo\nthree\n";
  EXPECT_EQ(run->LogTail("learner", 2), "    two\n    three\n");
}

TEST_F(RunDirectoryTest, ALearnerThatIsEndingIsWaitedForAndOneThatRunsIsNot) {
  const auto run = RunDirectory::Create(root_, "run");
  ASSERT_TRUE(run.ok());
  EXPECT_TRUE(run->CheckIdle(absl::ZeroDuration()).ok());  // There was no learner yet.
  const std::string lock = run->path() + "/learner.lock";
  const int fd = open(lock.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  ASSERT_GE(fd, 0);
  ASSERT_EQ(flock(fd, LOCK_EX), 0);
  EXPECT_TRUE(absl::IsFailedPrecondition(run->CheckIdle(absl::Milliseconds(100))));
  std::thread ending([fd] {
    absl::SleepFor(absl::Milliseconds(200));
    close(fd);
  });
  EXPECT_TRUE(run->CheckIdle(absl::Seconds(30)).ok());
  ending.join();
}

}  // namespace
}  // namespace weft
