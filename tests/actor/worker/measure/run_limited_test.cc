#include "actor/worker/measure/run_limited.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace weft {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;

#if __has_feature(address_sanitizer)
constexpr bool kSanitized = true;
#else
constexpr bool kSanitized = false;
#endif

constexpr double kShort = 0.05;

ChildResult RunChild(const std::function<void(ChildChannel&)>& body,
                     const ChildLimits& limits = ChildLimits()) {
  absl::StatusOr<ChildResult> result = RunLimited(limits, body);
  EXPECT_TRUE(result.ok()) << result.status();
  return std::move(*result);
}

[[noreturn]] void LoopForever() {
  for (volatile int i = 0;; i = i + 1) {
  }
}

TEST(RunLimitedTest, AResultComesBack) {
  const ChildResult child =
      RunChild([](ChildChannel& channel) { channel.Return("42"); });
  EXPECT_EQ(child.end, ChildEnd::kReturned);
  EXPECT_EQ(child.result, "42");
  EXPECT_GT(child.peak_bytes, 0);
}

TEST(RunLimitedTest, AResultLargerThanThePipeComesBackWhole) {
  const std::string result(kMaxChildResultBytes, 'x');
  const ChildResult child =
      RunChild([&](ChildChannel& channel) { channel.Return(result); });
  EXPECT_EQ(child.end, ChildEnd::kReturned);
  EXPECT_TRUE(child.result == result);
}

TEST(RunLimitedTest, WhatTheChildChangesStaysInTheChild) {
  int value = 1;
  RunChild([&](ChildChannel&) { value = 2; });
  EXPECT_EQ(value, 1);
}

TEST(RunLimitedTest, ASegmentationFaultIsASignal) {
  const ChildResult child = RunChild([](ChildChannel& channel) {
    channel.Enter(ChildPhase::kRun);
    // A null pointer that no compiler can see and turn into something else.
    int* volatile nowhere = nullptr;
    *nowhere = 1;
  });
  if (kSanitized) GTEST_SKIP() << "the sanitizer turns the signal into an exit status";
  EXPECT_EQ(child.end, ChildEnd::kSignalled);
  EXPECT_EQ(child.code, SIGSEGV);
  EXPECT_EQ(child.phase, ChildPhase::kRun);
  EXPECT_THAT(child.Describe(),
              HasSubstr("signal 11 (Segmentation fault) while running"));
}

TEST(RunLimitedTest, AnAbortComesWithItsLastWords) {
  const ChildResult child = RunChild([](ChildChannel&) {
    std::fprintf(stderr, "LLVM ERROR: cannot select\n");
    std::abort();
  });
  EXPECT_EQ(child.end, ChildEnd::kSignalled);
  EXPECT_EQ(child.code, SIGABRT);
  EXPECT_THAT(child.Describe(), EndsWith("while compiling: LLVM ERROR: cannot select"));
}

TEST(RunLimitedTest, OnlyTheEndOfALongComplaintIsKept) {
  const ChildResult child = RunChild([](ChildChannel&) {
    for (int i = 0; i < 100'000; ++i) std::fprintf(stderr, "warning %d\n", i);
  });
  EXPECT_EQ(child.errors.size(), 4000u);
  EXPECT_THAT(child.errors, EndsWith("warning 99999\n"));
}

TEST(RunLimitedTest, AnExitWithoutAResultIsNotAResult) {
  EXPECT_EQ(RunChild([](ChildChannel&) {}).end, ChildEnd::kExited);
  const ChildResult child = RunChild([](ChildChannel& channel) {
    channel.Return("half done");
    _exit(3);
  });
  EXPECT_EQ(child.end, ChildEnd::kExited);
  EXPECT_EQ(child.code, 3);
}

TEST(RunLimitedTest, ACompilerThatHangsIsKilled) {
  ChildLimits limits;
  limits.compile_seconds = kShort;
  const ChildResult child = RunChild([](ChildChannel&) { LoopForever(); }, limits);
  EXPECT_EQ(child.end, ChildEnd::kTimedOut);
  EXPECT_EQ(child.phase, ChildPhase::kCompile);
  EXPECT_GE(child.seconds[0], limits.compile_seconds);
}

TEST(RunLimitedTest, AKernelThatSleepsForeverIsKilledAtTheLimitOfItsPhase) {
  ChildLimits limits;
  limits.run_seconds = kShort;
  const ChildResult child = RunChild(
      [](ChildChannel& channel) {
        channel.Enter(ChildPhase::kRun);
        while (true) pause();
      },
      limits);
  EXPECT_EQ(child.end, ChildEnd::kTimedOut);
  EXPECT_EQ(child.phase, ChildPhase::kRun);
}

TEST(RunLimitedTest, WaitingForTheLeaseCountsForNoOtherLimit) {
  ChildLimits limits;
  limits.compile_seconds = 1;
  limits.run_seconds = 1;
  limits.lease_seconds = 20;
  const ChildResult child = RunChild(
      [](ChildChannel& channel) {
        channel.Enter(ChildPhase::kLease);
        usleep(1'500'000);
        channel.Enter(ChildPhase::kRun);
        channel.Return("done");
      },
      limits);
  EXPECT_EQ(child.end, ChildEnd::kReturned);
  EXPECT_GT(child.seconds[static_cast<int>(ChildPhase::kLease)], limits.run_seconds);
}

TEST(RunLimitedTest, TheTimesOfAPhaseAddUp) {
  ChildLimits limits;
  limits.run_seconds = 0.4;
  const ChildResult child = RunChild(
      [](ChildChannel& channel) {
        channel.Enter(ChildPhase::kRun);
        usleep(300'000);
        channel.Enter(ChildPhase::kLease);
        channel.Enter(ChildPhase::kRun);
        usleep(300'000);
        channel.Return("too late");
        while (true) pause();
      },
      limits);
  EXPECT_EQ(child.end, ChildEnd::kTimedOut);
}

TEST(RunLimitedTest, AChildThatClosesItsPipesIsStillKilledAtItsLimit) {
  ChildLimits limits;
  limits.compile_seconds = kShort;
  const ChildResult child = RunChild(
      [](ChildChannel&) {
        for (int file = 0; file < 256; ++file) close(file);
        while (true) pause();
      },
      limits);
  EXPECT_EQ(child.end, ChildEnd::kTimedOut);
}

TEST(RunLimitedTest, AnAllocationBeyondTheLimitIsOutOfMemory) {
  if (kSanitized) GTEST_SKIP() << "there is no limit of address space";
  ChildLimits limits;
  limits.memory_bytes = uint64_t{512} << 20;
  const ChildResult child = RunChild(
      [](ChildChannel& channel) {
        std::vector<std::vector<char>> blocks;
        // Untouched: address space is what is limited, and 512 MiB of page faults take
        // longer than the child has on a loaded machine.
        while (true) blocks.emplace_back().reserve(16 << 20);
        channel.Return("unlimited");
      },
      limits);
  EXPECT_EQ(child.end, ChildEnd::kOutOfMemory);
  EXPECT_THAT(child.Describe(), HasSubstr("out of memory"));
}

TEST(RunLimitedTest, AKillFromOutsideIsNoCrashAndNoLackOfMemory) {
  for (int signal : {SIGKILL, SIGTERM, SIGINT, SIGHUP}) {
    const ChildResult child = RunChild([=](ChildChannel&) { kill(getpid(), signal); });
    EXPECT_EQ(child.end, ChildEnd::kKilled) << signal;
    EXPECT_EQ(child.code, signal);
    EXPECT_THAT(child.Describe(), HasSubstr("from outside"));
  }
}

TEST(RunLimitedTest, NothingIsReadFromOrPrintedToTheParentsStreams) {
  const ChildResult child = RunChild([](ChildChannel& channel) {
    char byte;
    const bool empty = read(STDIN_FILENO, &byte, 1) == 0;
    const bool swallowed = write(STDOUT_FILENO, "noise", 5) == 5;
    channel.Return(empty && swallowed ? "quiet" : "loud");
  });
  EXPECT_EQ(child.result, "quiet");
}

TEST(RunLimitedTest, NoChildIsLeftBehind) {
  ChildLimits limits;
  limits.compile_seconds = kShort;
  RunChild([](ChildChannel&) { LoopForever(); }, limits);
  RunChild([](ChildChannel&) {});
  EXPECT_EQ(waitpid(-1, nullptr, WNOHANG), -1);
  EXPECT_EQ(errno, ECHILD);
}

TEST(RunLimitedTest, TheChildDiesWithItsParent) {
  // A lock in shared memory would not tell; a pipe does: it ends when the last holder
  // dies.
  int alive[2];
  ASSERT_EQ(pipe2(alive, O_CLOEXEC), 0);
  const pid_t parent = fork();
  ASSERT_GE(parent, 0);
  if (parent == 0) {
    (void)RunLimited(ChildLimits(), [&](ChildChannel&) {
      (void)!write(alive[1], "x", 1);
      while (true) pause();
    });
    _exit(0);
  }
  close(alive[1]);
  char byte;
  ASSERT_EQ(read(alive[0], &byte, 1), 1);  // The grandchild runs.
  kill(parent, SIGKILL);
  waitpid(parent, nullptr, 0);
  EXPECT_EQ(read(alive[0], &byte, 1), 0);  // Returns only when the grandchild is dead.
  close(alive[0]);
}

}  // namespace
}  // namespace weft
