// Whatever the masks offer computes what the program computes: random schedules of
// every test program are compiled, run and compared with the unscheduled code, each in
// a child process. WEFT_RANDOM_SCHEDULES=N makes it N schedules a program, with other
// seeds.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <memory>
#include <random>

#include "actor/worker/lowering/kernel.h"
#include "actor/worker/lowering/warm_up.h"
#include "actor/worker/measure/compare_output.h"
#include "actor/worker/measure/reference.h"
#include "actor/worker/transforms/scheduled_program.h"
#include "common/policy/policy.h"
#include "tests/actor/worker/program_files.h"

namespace weft {
namespace {

constexpr int kSchedulesPerProgram = 8;
constexpr int kFirstSeed = 100;

int SchedulesPerProgram() {
  const char* wanted = std::getenv("WEFT_RANDOM_SCHEDULES");
  return wanted != nullptr ? std::atoi(wanted) : kSchedulesPerProgram;
}

ChildLimits Limits() {
  ChildLimits limits;
  limits.compile_seconds = 30;
  return limits;
}

class RandomSchedulesTest : public testing::TestWithParam<std::string> {
 protected:
  static void SetUpTestSuite() {
    context_ = new CompilerContext;
    WarmUpCompiler(*context_);
  }
  static void TearDownTestSuite() { delete context_; }

  // Walks to a terminal state.
  static absl::Status Walk(int seed, ScheduledProgram* program) {
    const RandomPolicy policy;
    std::mt19937_64 random(seed);
    Observation observation = program->Reset();
    while (!program->done()) {
      auto next =
          program->Apply(policy.Decide(observation, Selection::kSample, random).action);
      if (!next.ok()) return next.status();
      observation = *std::move(next);
    }
    return absl::OkStatus();
  }

  // The outputs of the program as it is scheduled now.
  static absl::StatusOr<std::unique_ptr<Reference>> Run(
      const ScheduledProgram& program) {
    return Reference::Compute(
        [&] { return CompileKernel(*context_, program.TransformedModule()); },
        program.flops(), Limits());
  }

  static CompilerContext* context_;
};
CompilerContext* RandomSchedulesTest::context_ = nullptr;

std::string Mismatch(const Reference& expected, const Reference& actual) {
  for (size_t i = 0; i < expected.arguments().size(); ++i) {
    const KernelArgument& argument = expected.arguments()[i];
    if (!argument.output) continue;
    const OutputComparison comparison = CompareOutput(
        argument, expected.expected(i), actual.expected(i), expected.tolerance(i));
    if (!comparison.mismatch.empty()) return comparison.mismatch;
  }
  return "";
}

TEST_P(RandomSchedulesTest, ComputeTheReference) {
  MachineModel machine = Avx2();
  auto program =
      ScheduledProgram::Load(*context_, GetParam(), ReadProgram(GetParam()), machine);
  ASSERT_TRUE(program.ok()) << program.status();
  const auto expected = Run(**program);
  ASSERT_TRUE(expected.ok()) << expected.status();
  const int schedules = SchedulesPerProgram();
  int valid = 0;
  for (int i = 0; i < schedules; ++i) {
    if (absl::Status walked = Walk(kFirstSeed + i, program->get()); !walked.ok()) {
      EXPECT_EQ(walked.code(), absl::StatusCode::kAborted) << walked;
      continue;
    }
    SCOPED_TRACE(ToString((*program)->schedule()));
    const auto actual = Run(**program);
    if (!actual.ok()) {
      ADD_FAILURE() << actual.status();
      continue;
    }
    const std::string mismatch = Mismatch(**expected, **actual);
    EXPECT_EQ(mismatch, "");
    valid += mismatch.empty();
  }
  RecordProperty("schedules", schedules);
  RecordProperty("valid", valid);
  EXPECT_GE(valid, 0.85 * schedules);
}

INSTANTIATE_TEST_SUITE_P(EveryProgram, RandomSchedulesTest,
                         testing::ValuesIn(ProgramNames()),
                         [](const auto& info) { return info.param; });

}  // namespace
}  // namespace weft
