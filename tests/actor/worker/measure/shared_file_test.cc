// Two users of one machine, in a folder like /tmp. The tests that need a second user
// become one in a child process, which only root may.
#include "actor/worker/measure/shared_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>

#include "actor/worker/measure/machine_file.h"
#include "actor/worker/measure/timing_lease.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace weft {
namespace {

using ::testing::HasSubstr;

constexpr uid_t kAlice = 61001;
constexpr uid_t kBob = 61002;
constexpr size_t kMaxBytes = 100;

class SharedFileTest : public ::testing::Test {
 protected:
  SharedFileTest() {
    std::filesystem::create_directories(folder_);
    chmod(folder_.c_str(), 01777);
    old_umask_ = umask(077);  // The least generous one.
  }
  ~SharedFileTest() override {
    umask(old_umask_);
    std::filesystem::remove_all(folder_);
  }

  // Whether `body` returns true for that user.
  static bool As(uid_t user, const std::function<bool()>& body) {
    const pid_t child = fork();
    if (child == 0) {
      if (setgid(user) != 0 || setuid(user) != 0) _exit(3);
      _exit(body() ? 0 : 1);
    }
    int status = 0;
    waitpid(child, &status, 0);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
  }

  std::string Contents() const {
    return ReadSharedFile(path_, kMaxBytes).value_or("-");
  }

  const std::string folder_ =
      ::testing::TempDir() + "shared_file_test." + std::to_string(getpid());
  const std::string path_ = folder_ + "/file";
  mode_t old_umask_;
};

#define NEEDS_ROOT() \
  if (geteuid() != 0) GTEST_SKIP() << "only root can become two other users"

TEST_F(SharedFileTest, TheLeaseOfOneUserExcludesAnotherAndIsHadByHimLater) {
  NEEDS_ROOT();
  EXPECT_TRUE(As(kAlice, [&] { return TimingLease::Acquire(path_, 0).ok(); }));
  EXPECT_TRUE(As(kBob, [&] { return TimingLease::Acquire(path_, 0).ok(); }));
  const auto held = TimingLease::Acquire(path_, 0);
  ASSERT_TRUE(held.ok()) << held.status();
  EXPECT_TRUE(As(kBob, [&] {
    return absl::IsDeadlineExceeded(TimingLease::Acquire(path_, 0).status());
  }));
}

TEST_F(SharedFileTest, ALeaseThatWasNotSharedIsSharedByItsOwner) {
  NEEDS_ROOT();
  close(open(path_.c_str(), O_CREAT | O_RDWR, 0600));
  EXPECT_FALSE(As(kBob, [&] { return TimingLease::Acquire(path_, 0).ok(); }));
  EXPECT_TRUE(TimingLease::Acquire(path_, 0).ok());
  EXPECT_TRUE(As(kBob, [&] { return TimingLease::Acquire(path_, 0).ok(); }));
}

TEST_F(SharedFileTest, WhatOneUserFoundOutAboutTheMachineTheOtherReads) {
  NEEDS_ROOT();
  const MachineFileKey key = MachineFileKey::Here(1);
  MachineModel machine;
  machine.peak_flops = 1.25e11;
  machine.memory_bandwidth = 1e10;
  machine.cache_bandwidth = 1e11;
  EXPECT_TRUE(As(kAlice, [&] { return WriteMachineFile(path_, key, machine).ok(); }));
  EXPECT_TRUE(As(kBob, [&] {
    const auto read = ReadMachineFile(path_, key);
    return read.ok() && read->peak_flops == machine.peak_flops;
  }));
}

TEST_F(SharedFileTest, OneUserCannotReplaceTheFileOfAnotherAndIsTold) {
  NEEDS_ROOT();
  EXPECT_TRUE(As(kAlice, [&] { return ReplaceSharedFile(path_, "hers").ok(); }));
  EXPECT_TRUE(As(kBob, [&] { return !ReplaceSharedFile(path_, "his").ok(); }));
  EXPECT_EQ(Contents(), "hers");
  // Nothing of the attempt is left.
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder_), {}), 1);
}

TEST_F(SharedFileTest, AFileThatOthersMayWriteToIsNotBelieved) {
  ASSERT_TRUE(ReplaceSharedFile(path_, "mine").ok());
  EXPECT_EQ(Contents(), "mine");
  for (mode_t mode : {0666, 0664, 0646}) {
    chmod(path_.c_str(), mode);
    EXPECT_TRUE(absl::IsFailedPrecondition(ReadSharedFile(path_, kMaxBytes).status()));
  }
  ASSERT_TRUE(ReplaceSharedFile(path_, "mine again").ok());
  EXPECT_EQ(Contents(), "mine again");
}

TEST_F(SharedFileTest, ALinkIsNotFollowed) {
  const std::string target = folder_ + "/target";
  std::ofstream(target) << "precious";
  ASSERT_EQ(symlink(target.c_str(), path_.c_str()), 0);
  EXPECT_FALSE(OpenSharedFile(path_).ok());
  EXPECT_FALSE(TimingLease::Acquire(path_, 0).ok());
  EXPECT_TRUE(absl::IsFailedPrecondition(ReadSharedFile(path_, kMaxBytes).status()));
  ASSERT_TRUE(ReplaceSharedFile(path_, "mine").ok());  // The link, not its target.
  EXPECT_EQ(Contents(), "mine");
  EXPECT_FALSE(std::filesystem::is_symlink(path_));
  std::string precious;
  std::ifstream(target) >> precious;
  EXPECT_EQ(precious, "precious");
}

TEST_F(SharedFileTest, APipeNeitherBlocksNorPasses) {
  ASSERT_EQ(mkfifo(path_.c_str(), 0644), 0);
  EXPECT_FALSE(OpenSharedFile(path_).ok());
  EXPECT_TRUE(absl::IsFailedPrecondition(ReadSharedFile(path_, kMaxBytes).status()));
}

TEST_F(SharedFileTest, AFileThatIsTooLargeIsNotRead) {
  ASSERT_TRUE(ReplaceSharedFile(path_, std::string(kMaxBytes, 'x')).ok());
  EXPECT_TRUE(ReadSharedFile(path_, kMaxBytes).ok());
  ASSERT_TRUE(ReplaceSharedFile(path_, std::string(kMaxBytes + 1, 'x')).ok());
  EXPECT_FALSE(ReadSharedFile(path_, kMaxBytes).ok());
}

TEST_F(SharedFileTest, AMissingFileIsNotFound) {
  EXPECT_TRUE(absl::IsNotFound(ReadSharedFile(path_, kMaxBytes).status()));
}

}  // namespace
}  // namespace weft
