// Whatever the masks offer computes what the program computes: random schedules of
// every test program are compiled, run and compared with the unscheduled code, each in
// a child process; for programs of several kinds also by two threads, which share a
// parallel loop. WEFT_RANDOM_SCHEDULES=N makes it N schedules a program, with other
// seeds.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <memory>
#include <random>

#include "actor/worker/lowering/kernel.h"
#include "actor/worker/lowering/warm_up.h"
#include "actor/worker/measure/compare_output.h"
#include "actor/worker/measure/openmp_runtime.h"
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

// Of which at least one has a parallel loop.
constexpr int kMostWalks = 1000;

struct Case {
  std::string name;
  int threads = 1;
};

std::vector<Case> Cases() {
  std::vector<Case> cases;
  for (const std::string& name : ProgramNames()) cases.push_back({name});
  for (const char* name : {"conv_2d_nchw", "conv_2d_nhwc_padded", "matmul_bias_relu",
                           "max_pool_nchw", "softmax", "softmax_odd", "transpose"}) {
    cases.push_back({name, 2});
  }
  return cases;
}

class RandomSchedulesTest : public testing::TestWithParam<Case> {
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

  // Walks from one seed after the other, until one walk that several threads would
  // share; with one thread any walk will do.
  static absl::Status WalkFor(int threads, int* seed, ScheduledProgram* program) {
    absl::Status walked;
    for (int i = 0; i < kMostWalks; ++i) {
      walked = Walk((*seed)++, program);
      const Schedule& schedule = program->schedule();
      if (threads == 1 ||
          (!schedule.empty() && schedule.front().kind == ActionKind::kParallelize)) {
        return walked;
      }
    }
    return absl::NotFoundError("no walk has a parallel loop");
  }

  // The outputs of the program as it is scheduled now.
  static absl::StatusOr<std::unique_ptr<Reference>> Run(const ScheduledProgram& program,
                                                        int threads = 1) {
    const auto compile = [&]() -> absl::StatusOr<std::unique_ptr<Kernel>> {
      if (threads > 1) {
        const auto cpus = TimingCpus(-1, threads);
        if (!cpus.ok()) return cpus.status();
        if (absl::Status s = LoadOpenMp(*cpus); !s.ok()) return s;
      }
      return CompileKernel(*context_, program.TransformedModule(), threads);
    };
    return Reference::Compute(compile, program.flops(), Limits());
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
  const auto& [name, threads] = GetParam();
  if (const auto cpus = TimingCpus(-1, threads); !cpus.ok()) {
    GTEST_SKIP() << cpus.status();
  }
  auto program =
      ScheduledProgram::Load(*context_, name, ReadProgram(name), Avx2(), threads);
  ASSERT_TRUE(program.ok()) << program.status();
  const auto expected = Run(**program);
  ASSERT_TRUE(expected.ok()) << expected.status();
  const int schedules = SchedulesPerProgram();
  int valid = 0;
  int seed = kFirstSeed;
  for (int i = 0; i < schedules; ++i) {
    const absl::Status walked = WalkFor(threads, &seed, program->get());
    if (!walked.ok()) {
      EXPECT_EQ(walked.code(), absl::StatusCode::kAborted) << walked;
      continue;
    }
    SCOPED_TRACE(ToString((*program)->schedule()));
    const auto actual = Run(**program, threads);
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

INSTANTIATE_TEST_SUITE_P(EveryProgram, RandomSchedulesTest, testing::ValuesIn(Cases()),
                         [](const auto& info) {
                           return info.param.threads == 1
                                      ? info.param.name
                                      : info.param.name + "_by_two_threads";
                         });

}  // namespace
}  // namespace weft
