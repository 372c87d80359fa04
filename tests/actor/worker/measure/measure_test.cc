#include "actor/worker/measure/measure.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "actor/worker/measure/compare_output.h"
#include "actor/worker/measure/sentinel.h"
#include "actor/worker/measure/timing_lease.h"
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

constexpr int64_t kElements = 1000;

[[noreturn]] void LoopForever() {
  for (volatile int i = 0;; i = i + 1) {
  }
}

class MeasureTest : public ::testing::Test {
 protected:
  MeasureTest() {
    settings_.lease_path =
        ::testing::TempDir() + "weft-measure-test." + std::to_string(getpid());
    settings_.timing_budget_seconds = 0.01;
    absl::StatusOr<std::unique_ptr<Reference>> reference = Reference::Compute(
        Compiles(AddArguments(kElements), Add(kElements)), kElements, Limits());
    EXPECT_TRUE(reference.ok()) << reference.status();
    reference_ = std::move(*reference);
  }
  ~MeasureTest() override {
    unlink(settings_.lease_path.c_str());
    unlink(SentinelPath().c_str());
  }
  std::string SentinelPath() const {
    return weft::SentinelPath(settings_.lease_path, 1);
  }

  ChildLimits Limits() const { return LimitsOf(settings_); }

  Measurement MeasureOf(const CompileFunction& compile,
                        const CompileFunction& compile_previous = nullptr) {
    absl::StatusOr<Measurement> measurement =
        Measure(*reference_, {compile, compile_previous}, work_, machine_, settings_);
    EXPECT_TRUE(measurement.ok()) << measurement.status();
    return measurement.ok() ? *measurement : Measurement();
  }
  Measurement MeasureKernel(FunctionKernel::Function function) {
    return MeasureOf(Compiles(AddArguments(kElements), std::move(function)));
  }
  // After every fault: this process is whole and measures the next one.
  void ExpectNextIsFine() {
    EXPECT_EQ(MeasureKernel(Add(kElements)).outcome, Outcome::kOk);
  }

  MeasureSettings settings_;
  MachineModel machine_;
  Work work_ = {kElements, 12.0 * kElements};
  std::unique_ptr<Reference> reference_;
};

TEST_F(MeasureTest, ACorrectKernelIsTimed) {
  const Measurement measurement = MeasureKernel(Add(kElements));
  EXPECT_EQ(measurement.outcome, Outcome::kOk) << measurement.message;
  EXPECT_GT(measurement.seconds, 0);
  EXPECT_FALSE(measurement.samples.empty());
  EXPECT_EQ(measurement.max_relative_error, 0);
  EXPECT_GT(measurement.timing_seconds, 0);
  EXPECT_GT(measurement.check_seconds, 0);
}

TEST_F(MeasureTest, ACompileErrorIsPassedOn) {
  const Measurement measurement =
      MeasureOf([]() -> absl::StatusOr<std::unique_ptr<Kernel>> {
        return absl::InternalError("bufferization: op was not bufferized");
      });
  EXPECT_EQ(measurement.outcome, Outcome::kCompileFailed);
  EXPECT_EQ(measurement.message, "bufferization: op was not bufferized");
  EXPECT_EQ(measurement.seconds, 0);
}

TEST_F(MeasureTest, AnotherSignatureThanTheReferencesIsACompileFailure) {
  EXPECT_EQ(MeasureOf(Compiles(AddArguments(kElements + 1), Add(kElements))).outcome,
            Outcome::kCompileFailed);
}

TEST_F(MeasureTest, OneWrongElementIsAWrongResult) {
  const Measurement measurement = MeasureKernel([](void* const* buffers) {
    Add(kElements)(buffers);
    static_cast<float*>(buffers[2])[123] += 0.01f;
  });
  EXPECT_EQ(measurement.outcome, Outcome::kWrongResult);
  EXPECT_THAT(measurement.message, HasSubstr("argument 2, element 123"));
  EXPECT_GT(measurement.max_relative_error, 1e-3);
  EXPECT_EQ(measurement.seconds, 0);
  ExpectNextIsFine();
}

// New memory holds zeros, to which adding is right by accident.
TEST_F(MeasureTest, ASumOntoMemoryThatNobodyWroteIsAWrongResult) {
  constexpr int64_t kScratch = 100'000;
  const auto sum_onto = [](const float* scratch, void* const* buffers) {
    Add(kElements)(buffers);
    auto* c = static_cast<float*>(buffers[2]);
    for (int64_t i = 0; i < kElements; ++i) c[i] += scratch[i];
  };
  EXPECT_EQ(MeasureKernel([&](void* const* buffers) {
              auto* scratch =
                  static_cast<float*>(std::malloc(kScratch * sizeof(float)));
              asm volatile("" : : "r"(scratch) : "memory");
              sum_onto(scratch, buffers);
              std::free(scratch);
            }).outcome,
            Outcome::kWrongResult);
  EXPECT_EQ(MeasureKernel([&](void* const* buffers) {
              float scratch[kElements];
              asm volatile("" : : "r"(scratch) : "memory");
              sum_onto(scratch, buffers);
            }).outcome,
            Outcome::kWrongResult);
  ExpectNextIsFine();
}

TEST_F(MeasureTest, AKernelThatDoesNothingIsAWrongResult) {
  EXPECT_EQ(MeasureKernel([](void* const*) {}).outcome, Outcome::kWrongResult);
}

TEST_F(MeasureTest, AnOutputLeftUnwrittenIsAWrongResult) {
  EXPECT_EQ(MeasureKernel(Add(kElements - 1)).outcome, Outcome::kWrongResult);
}

TEST_F(MeasureTest, NanIsAWrongResult) {
  const Measurement measurement = MeasureKernel([](void* const* buffers) {
    Add(kElements)(buffers);
    static_cast<float*>(buffers[2])[0] = std::nanf("");
  });
  EXPECT_EQ(measurement.outcome, Outcome::kWrongResult);
}

TEST_F(MeasureTest, AKernelThatWritesItsInputsIsWrong) {
  const Measurement measurement = MeasureKernel([](void* const* buffers) {
    Add(kElements)(buffers);
    static_cast<float*>(buffers[1])[7] = 0;
  });
  EXPECT_EQ(measurement.outcome, Outcome::kWrongResult);
  EXPECT_THAT(measurement.message, HasSubstr("element 7 of its input, argument 1"));
}

TEST_F(MeasureTest, AKernelThatWritesBeyondItsOutputIsWrong) {
  EXPECT_EQ(MeasureKernel([](void* const* buffers) {
              Add(kElements)(buffers);
              static_cast<float*>(buffers[2])[kElements] = 0;
            }).outcome,
            Outcome::kWrongResult);
}

TEST_F(MeasureTest, AKernelThatSegfaultsHasCrashed) {
  const Measurement measurement = MeasureKernel([](void* const*) { raise(SIGSEGV); });
  EXPECT_EQ(measurement.outcome, Outcome::kCrashed);
  EXPECT_THAT(measurement.message, HasSubstr("while running"));
  ExpectNextIsFine();
}

TEST_F(MeasureTest, ACompilerThatAbortsHasCrashed) {
  const Measurement measurement =
      MeasureOf([]() -> absl::StatusOr<std::unique_ptr<Kernel>> {
        std::fprintf(stderr, "SmallVector unable to grow\n");
        std::abort();
      });
  EXPECT_EQ(measurement.outcome, Outcome::kCrashed);
  EXPECT_THAT(measurement.message, HasSubstr("signal 6"));
  EXPECT_THAT(measurement.message, HasSubstr("SmallVector unable to grow"));
  ExpectNextIsFine();
}

TEST_F(MeasureTest, ACompilerThatHangsTimesOut) {
  settings_.compile_timeout_seconds = 0.05;
  const Measurement measurement =
      MeasureOf([]() -> absl::StatusOr<std::unique_ptr<Kernel>> { LoopForever(); });
  EXPECT_EQ(measurement.outcome, Outcome::kTimedOut);
  EXPECT_THAT(measurement.message, HasSubstr("while compiling"));
  settings_.compile_timeout_seconds = 20;
  ExpectNextIsFine();
}

TEST_F(MeasureTest, AKernelThatHangsTimesOut) {
  settings_.run_timeout_seconds = 0.05;
  const Measurement measurement = MeasureKernel([](void* const*) { LoopForever(); });
  EXPECT_EQ(measurement.outcome, Outcome::kTimedOut);
  EXPECT_THAT(measurement.message, HasSubstr("while running"));
  settings_.run_timeout_seconds = 10;
  ExpectNextIsFine();
}

TEST_F(MeasureTest, ACompilerThatEatsMemoryIsOutOfMemory) {
  if (kSanitized) GTEST_SKIP() << "there is no limit of address space";
  settings_.memory_limit_bytes = uint64_t{512} << 20;
  const Measurement measurement =
      MeasureOf([]() -> absl::StatusOr<std::unique_ptr<Kernel>> {
        std::vector<std::vector<char>> blocks;
        while (true) blocks.emplace_back().reserve(16 << 20);  // Limited untouched.
      });
  EXPECT_EQ(measurement.outcome, Outcome::kOutOfMemory);
  ExpectNextIsFine();
}

TEST_F(MeasureTest, ATimeThatThePeakDoesNotAllowIsRefused) {
  machine_.peak_flops = 1;
  work_.flops = 1e18;  // Weeks, whatever this machine is.
  const Measurement measurement = MeasureKernel(Add(kElements));
  EXPECT_EQ(measurement.outcome, Outcome::kImpossibleTime);
  EXPECT_EQ(measurement.seconds, 0);
  EXPECT_THAT(measurement.message, HasSubstr("limits"));
}

TEST_F(MeasureTest, AMachineThatWasSlowWhenItWasProbedIsProbedAgain) {
  machine_.peak_flops = 1;  // So that 1000 additions take 870 s.
  EXPECT_EQ(MeasureKernel(Add(kElements)).outcome, Outcome::kOk);
}

TEST_F(MeasureTest, ALeaseThatDoesNotComeFreeIsAnErrorAndNoOutcome) {
  absl::StatusOr<TimingLease> held = TimingLease::Acquire(settings_.lease_path, 0);
  ASSERT_TRUE(held.ok());
  settings_.lease_timeout_seconds = 0.05;
  const absl::Status status =
      Measure(*reference_, {Compiles(AddArguments(kElements), Add(kElements)), nullptr},
              work_, machine_, settings_)
          .status();
  EXPECT_EQ(status.code(), absl::StatusCode::kDeadlineExceeded);
}

TEST_F(MeasureTest, AKernelThatDiesWhileItIsTimedLeavesTheLeaseFree) {
  int calls = 0;  // Of the child's own copy.
  const Measurement measurement = MeasureKernel([&](void* const* buffers) {
    Add(kElements)(buffers);
    if (++calls == 3) raise(SIGILL);
  });
  EXPECT_EQ(measurement.outcome, Outcome::kCrashed);
  EXPECT_TRUE(TimingLease::Acquire(settings_.lease_path, 0).ok());
}

CompileFunction SlowAdd() {
  return Compiles(AddArguments(kElements), [](void* const* buffers) {
    Add(kElements)(buffers);
    usleep(1000);
  });
}

TEST_F(MeasureTest, AScheduleIsConfirmedAgainstASlowerPreviousBest) {
  const Measurement measurement =
      MeasureOf(Compiles(AddArguments(kElements), Add(kElements)), SlowAdd());
  ASSERT_EQ(measurement.outcome, Outcome::kOk) << measurement.message;
  ASSERT_TRUE(measurement.confirmation.has_value());
  const Confirmation& confirmation = *measurement.confirmation;
  EXPECT_TRUE(confirmation.faster);
  EXPECT_GT(confirmation.ratio, 1.02);
  EXPECT_GE(confirmation.previous_seconds, 1e-3);
  EXPECT_EQ(confirmation.seconds, measurement.seconds);
  EXPECT_EQ(confirmation.pairs, static_cast<int>(measurement.samples.size()));
}

TEST_F(MeasureTest, AScheduleThatIsSlowerThanThePreviousBestIsNotConfirmed) {
  const Measurement measurement =
      MeasureOf(SlowAdd(), Compiles(AddArguments(kElements), Add(kElements)));
  ASSERT_TRUE(measurement.confirmation.has_value());
  EXPECT_FALSE(measurement.confirmation->faster);
  EXPECT_LT(measurement.confirmation->ratio, 1);
}

TEST_F(MeasureTest, AWrongPreviousBestLeavesTheScheduleTimedAlone) {
  const Measurement measurement =
      MeasureOf(Compiles(AddArguments(kElements), Add(kElements)),
                Compiles(AddArguments(kElements), [](void* const*) {}));
  EXPECT_EQ(measurement.outcome, Outcome::kOk);
  EXPECT_GT(measurement.seconds, 0);
  EXPECT_FALSE(measurement.confirmation.has_value());
  EXPECT_THAT(measurement.message, HasSubstr("not confirmed"));
  EXPECT_THAT(measurement.message, HasSubstr("wrong_result"));
}

TEST_F(MeasureTest, AMachineThatIsSlowerThanItWasRejectsItsSamplesAndSaysWhy) {
  // What no machine can do: 5 us of arithmetic in a nanosecond.
  WriteNormalSentinel(SentinelPath(), {1e-9, 1, 1}, /*memory_ran=*/true);
  const Measurement measurement = MeasureKernel(Add(kElements));
  EXPECT_EQ(measurement.outcome, Outcome::kOk);
  EXPECT_TRUE(measurement.disturbed);
  EXPECT_GT(measurement.rejected_samples, 0);
  EXPECT_EQ(measurement.rejections[static_cast<int>(Interference::kSlowCompute)],
            measurement.rejected_samples);
  EXPECT_THAT(measurement.message, HasSubstr("upper bound"));
}

TEST_F(MeasureTest, AMeasurementLeavesItsSentinelTimesForTheNext) {
  MeasureKernel(Add(kElements));
  const SentinelTimes normal = ReadNormalSentinel(SentinelPath());
  EXPECT_GT(normal.compute, 0);
  EXPECT_LT(normal.compute, 1);
}

TEST_F(MeasureTest, MoreThreadsThanCpusAreAnErrorAndNoOutcome) {
  settings_.threads = 100'000;
  const absl::Status status =
      Measure(*reference_, {Compiles(AddArguments(kElements), Add(kElements)), nullptr},
              work_, machine_, settings_)
          .status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(MeasureTest, AMeasurementThatIsKilledIsAnErrorAndNoOutcome) {
  const absl::Status status =
      Measure(*reference_,
              {Compiles(AddArguments(kElements),
                        [](void* const*) { kill(getpid(), SIGKILL); }),
               nullptr},
              work_, machine_, settings_)
          .status();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(status.message()), HasSubstr("Killed"));
  ExpectNextIsFine();
}

TEST_F(MeasureTest, AnOutputThatKnowsItsOperationsHasAToleranceOfItsOwn) {
  std::vector<KernelArgument> arguments = AddArguments(kElements);
  const auto unknown = Reference::Compute(Compiles(arguments, Add(kElements)),
                                          512.0 * kElements, Limits());
  EXPECT_EQ(unknown.value()->tolerance(2), Tolerance(4, 512));
  EXPECT_EQ(reference_->tolerance(2), Tolerance(4, 1));
  arguments[2].operations = 64;
  const auto known = Reference::Compute(Compiles(arguments, Add(kElements)),
                                        512.0 * kElements, Limits());
  EXPECT_EQ(known.value()->tolerance(2), Tolerance(4, 64));
}

}  // namespace
}  // namespace weft
