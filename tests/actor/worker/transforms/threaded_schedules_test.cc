// Schedules that fuse or pack inside a parallel loop, run by two threads: a buffer that
// the threads shared would give wrong numbers. Each schedule runs many times, since a
// race need not show at once.
#include <dlfcn.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "absl/strings/str_cat.h"
#include "actor/worker/lowering/kernel.h"
#include "actor/worker/transforms/scheduled_program.h"
#include "tests/actor/worker/program_files.h"
#include "tests/actor/worker/transforms/actions.h"
#include "tests/actor/worker/transforms/kernel_arguments.h"

namespace weft {
namespace {

constexpr int kThreads = 2;
constexpr int kRuns = 200;
constexpr auto kContract = VectorizeMode::kContract;

struct Case {
  const char* program;
  Schedule schedule;
};

const std::vector<Case>& Cases() {
  static const auto* const cases = new std::vector<Case>{
      {"matmul",
       {Parallelize({8, 0, 0}), Pack({4, 16, 0}),
        Vectorize({1, 1, 2, 4, 16}, kContract)}},
      {"matmul",
       {Parallelize({8, 32, 0}), Fuse(), Pack({4, 16, 0}),
        Vectorize({1, 1, 2, 4, 16}, kContract)}},
      {"matmul_bias_relu",
       {Parallelize({8, 0, 0}), Fuse(), Vectorize({4, 16, 2}, kContract)}},
      {"matmul_bias_relu",
       {Parallelize({8, 0, 0}), Fuse(), Pack({4, 16, 0}),
        Vectorize({1, 1, 2, 4, 16}, kContract)}},
      {"softmax", {Parallelize({2, 0}), Fuse(), Vectorize({1, 16}, kContract)}},
      {"layer_norm", {Parallelize({2, 0}), Fuse(), Vectorize({1, 16}, kContract)}},
  };
  return *cases;
}

class ThreadedSchedulesTest : public testing::TestWithParam<size_t> {};

TEST_P(ThreadedSchedulesTest, ThreadsShareNoBuffer) {
  ASSERT_NE(dlopen("libomp.so.5", RTLD_NOW | RTLD_GLOBAL), nullptr) << dlerror();
  const Case& threaded = Cases()[GetParam()];
  CompilerContext context;
  auto program = ScheduledProgram::Load(context, threaded.program,
                                        ReadProgram(threaded.program), Avx2());
  ASSERT_TRUE(program.ok()) << program.status();
  for (const Action& action : threaded.schedule) {
    const auto observation = (*program)->Apply(action);
    ASSERT_TRUE(observation.ok()) << observation.status();
  }
  auto serial = CompileKernel(context, (*program)->OriginalModule());
  ASSERT_TRUE(serial.ok()) << serial.status();
  auto parallel = CompileKernel(context, (*program)->TransformedModule(), kThreads);
  ASSERT_TRUE(parallel.ok()) << parallel.status();
  KernelArguments arguments(**serial);
  const std::vector<double> expected = arguments.Run(**serial);
  for (int run = 0; run < kRuns; ++run) {
    const std::vector<double> actual = arguments.Run(**parallel);
    for (size_t i = 0; i < expected.size(); ++i) {
      ASSERT_NEAR(actual[i], expected[i], 1e-4) << "element " << i << ", run " << run;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(FusedOrPacked, ThreadedSchedulesTest,
                         testing::Range<size_t>(0, Cases().size()),
                         [](const auto& info) {
                           return absl::StrCat(Cases()[info.param].program, "_",
                                               info.param);
                         });

}  // namespace
}  // namespace weft
