// What may exclude a program for good, and what may not.
#include "actor/worker/measure/reference.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmath>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/actor/worker/measure/function_kernel.h"

namespace weft {
namespace {

using ::testing::HasSubstr;

#if __has_feature(address_sanitizer)
constexpr bool kSanitized = true;
#else
constexpr bool kSanitized = false;
#endif

constexpr int64_t kElements = 100;

absl::Status StatusOf(const CompileFunction& compile,
                      const ChildLimits& limits = ChildLimits()) {
  return Reference::Compute(compile, kElements, limits).status();
}

absl::Status StatusOfKernel(FunctionKernel::Function function,
                            const ChildLimits& limits = ChildLimits()) {
  return StatusOf(Compiles(AddArguments(kElements), std::move(function)), limits);
}

// All ones, but for one element.
template <typename Element>
FunctionKernel::Function OnesAnd(Element value) {
  return [value](void* const* buffers) {
    auto* out = static_cast<Element*>(buffers[2]);
    for (int64_t i = 0; i < kElements; ++i) out[i] = 1;
    out[42] = value;
  };
}

TEST(ReferenceTest, AProgramThatTrapsCanNeverBeUsed) {
  if (kSanitized) GTEST_SKIP() << "the sanitizer turns signals into exits";
  for (int signal : {SIGSEGV, SIGFPE, SIGILL, SIGBUS, SIGABRT, SIGTRAP}) {
    const absl::Status status = StatusOfKernel([=](void* const*) { raise(signal); });
    EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition) << status;
    EXPECT_THAT(std::string(status.message()),
                HasSubstr("signal " + std::to_string(signal)));
  }
}

TEST(ReferenceTest, AProgramThatDoesNotCompileCanNeverBeUsed) {
  const absl::Status status = StatusOf([]() -> absl::StatusOr<std::unique_ptr<Kernel>> {
    return absl::InternalError("no such lowering");
  });
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(status.message()), HasSubstr("no such lowering"));
}

TEST(ReferenceTest, AProgramThatWritesItsInputsCanNeverBeUsed) {
  const absl::Status status = StatusOfKernel([](void* const* buffers) {
    Add(kElements)(buffers);
    static_cast<float*>(buffers[0])[0] = 7;
  });
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition) << status;
}

TEST(ReferenceTest, AProgramWithoutOutputsCanNeverBeUsed) {
  EXPECT_EQ(StatusOf(Compiles({{8, 4, false}}, [](void* const*) {})).code(),
            absl::StatusCode::kFailedPrecondition);
}

TEST(ReferenceTest, AProgramBeyondTheMemoryLimitCanNeverBeUsed) {
  if (kSanitized) GTEST_SKIP() << "there is no limit of address space";
  ChildLimits limits;
  limits.memory_bytes = uint64_t{512} << 20;
  const absl::Status status = StatusOfKernel(
      [](void* const*) {
        std::vector<std::vector<char>> blocks;
        while (true) blocks.emplace_back().reserve(16 << 20);
      },
      limits);
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr("out of memory"));
}

TEST(ReferenceTest, AnOutputThatIsNotFiniteIsNamed) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  for (float value : {std::nanf(""), kInfinity, -kInfinity}) {
    const absl::Status status = StatusOfKernel(OnesAnd(value));
    EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition) << value;
    EXPECT_THAT(std::string(status.message()), HasSubstr("argument 2, is not finite"));
    EXPECT_THAT(std::string(status.message()), HasSubstr("element 42 of 100"));
  }
}

TEST(ReferenceTest, AnOutputOfDoublesThatIsNotFiniteIsNamed) {
  const std::vector<KernelArgument> arguments = {
      {kElements, 8, false}, {kElements, 8, false}, {kElements, 8, true}};
  EXPECT_TRUE(StatusOf(Compiles(arguments, OnesAnd(1e300))).ok());
  const absl::Status status = StatusOf(Compiles(arguments, OnesAnd(std::nan(""))));
  EXPECT_THAT(std::string(status.message()), HasSubstr("element 42 of 100 is nan"));
}

TEST(ReferenceTest, AProgramThatTookTooLongMayBeTriedAgain) {
  ChildLimits limits;
  limits.run_seconds = 0.05;
  const absl::Status status = StatusOfKernel(
      [](void* const*) {
        while (true) pause();
      },
      limits);
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable) << status;
}

TEST(ReferenceTest, ACompilationThatTookTooLongMayBeTriedAgain) {
  ChildLimits limits;
  limits.compile_seconds = 0.05;
  const absl::Status status = StatusOf(
      []() -> absl::StatusOr<std::unique_ptr<Kernel>> {
        while (true) pause();
      },
      limits);
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable) << status;
}

TEST(ReferenceTest, AProgramKilledFromOutsideMayBeTriedAgain) {
  int pids[2];
  ASSERT_EQ(pipe2(pids, O_CLOEXEC), 0);
  const pid_t killer = fork();
  ASSERT_GE(killer, 0);
  if (killer == 0) {
    pid_t victim = 0;
    if (read(pids[0], &victim, sizeof(victim)) == sizeof(victim)) {
      kill(victim, SIGKILL);
    }
    _exit(0);
  }
  const absl::Status status = StatusOfKernel([&](void* const*) {
    const pid_t self = getpid();
    (void)!write(pids[1], &self, sizeof(self));
    while (true) pause();
  });
  waitpid(killer, nullptr, 0);
  close(pids[0]);
  close(pids[1]);
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr("Killed"));
}

TEST(ReferenceTest, AMachineWithoutDescriptorsToGiveMayBeTriedAgain) {
  // In a child, whose limit dies with it.
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    const rlimit none = {0, 0};
    setrlimit(RLIMIT_NOFILE, &none);
    const absl::Status status = StatusOfKernel(Add(kElements));
    _exit(status.code() == absl::StatusCode::kUnavailable ? 0 : 1);
  }
  int ended = 0;
  waitpid(child, &ended, 0);
  EXPECT_TRUE(WIFEXITED(ended) && WEXITSTATUS(ended) == 0) << ended;
}

}  // namespace
}  // namespace weft
