// What is exported is what was applied: the real mlir-opt replays the schedule on the
// program's own file and prints the same IR, byte for byte.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <unistd.h>

#include <cstdio>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "actor/worker/transforms/scheduled_program.h"
#include "tests/actor/worker/program_files.h"
#include "tests/actor/worker/transforms/actions.h"

namespace weft {
namespace {

struct Case {
  const char* program;
  Schedule schedule;
};

const std::vector<Case>& Cases() {
  static const auto* const cases = new std::vector<Case>{
      {"matmul", {Stop()}},
      {"matmul", {Parallelize({16, 32, 0}), Tile({8, 0, 16})}},
      {"matmul",
       {Interchange({2, 0, 1}), Tile({16, 16, 16}),
        Vectorize({4, 16, 2}, VectorizeMode::kContract)}},
      {"matmul", {Interchange({0, 2, 1}), Stop()}},
      {"matmul", {Vectorize({2, 2, 16}, VectorizeMode::kReduction)}},
      {"matmul_plain", {Vectorize({4, 16, 1}, VectorizeMode::kContract)}},
      {"matmul_bias_relu",
       {Tile({16, 0, 0}), Vectorize({4, 16, 1}, VectorizeMode::kContract)}},
      {"matmul",
       {Pack({4, 16, 0}), Tile({2, 0, 16, 0, 0}), Interchange({1, 0, 2, 3, 4}),
        Vectorize({1, 1, 4, 4, 16}, VectorizeMode::kContract)}},
      {"matmul",
       {Pack({7, 16, 0}), Vectorize({1, 1, 1, 7, 16}, VectorizeMode::kContract)}},
      {"matmul_plain",
       {Pack({4, 16, 0}), Vectorize({1, 1, 1, 4, 16}, VectorizeMode::kContract)}},
      {"matmul_bias_relu",
       {Parallelize({16, 32, 0}), Fuse(), Pack({4, 16, 0}),
        Vectorize({1, 1, 1, 4, 16}, VectorizeMode::kContract)}},
      {"conv_2d_nchw",
       {Pack({0, 8, 0, 0, 0, 0, 0}),
        Vectorize({1, 1, 2, 4, 1, 1, 1, 8}, VectorizeMode::kGeneralize)}},
      {"batch_matmul",
       {Parallelize({1, 0, 0, 0}), Vectorize({1, 4, 16, 4}, VectorizeMode::kContract)}},
      {"conv_2d_nhwc",
       {Tile({0, 2, 0, 0, 0, 0, 0}),
        Vectorize({1, 1, 7, 16, 1, 1, 2}, VectorizeMode::kDecompose)}},
      {"conv_2d_nchw", {Vectorize({1, 4, 1, 8, 1, 1, 1}, VectorizeMode::kGeneralize)}},
      {"depthwise_conv_2d_nchw",
       {Interchange({0, 3, 1, 2, 4, 5}),
        Vectorize({1, 4, 8, 1, 1, 1}, VectorizeMode::kGeneralize)}},
      {"conv_2d_nhwc_strided",
       {Vectorize({1, 1, 4, 16, 1, 1, 1}, VectorizeMode::kDecompose)}},
      {"depthwise_conv_2d_nhwc",
       {Vectorize({1, 1, 2, 16, 1, 1}, VectorizeMode::kDecompose)}},
      {"max_pool_nhwc", {Vectorize({1, 1, 4, 16, 1, 1}, VectorizeMode::kGeneralize)}},
      {"max_pool_nchw_strided", {Interchange({0, 4, 5, 1, 2, 3}), Stop()}},
      {"relu", {Vectorize({2, 16}, VectorizeMode::kContract)}},
      {"sum_rows", {Vectorize({4, 16}, VectorizeMode::kReduction)}},
      {"sum_columns", {Vectorize({4, 16}, VectorizeMode::kContract)}},
      {"transpose", {Tile({16, 0}), Vectorize({8, 8}, VectorizeMode::kContract)}},
      {"softmax", {Parallelize({8, 0}), Vectorize({2, 32}, VectorizeMode::kContract)}},
      {"matmul_odd",
       {Pack({4, 16, 0}), Vectorize({1, 1, 2, 4, 16}, VectorizeMode::kContract)}},
      {"softmax",
       {Parallelize({4, 0}), Fuse(), Vectorize({1, 32}, VectorizeMode::kContract)}},
      {"layer_norm",
       {Parallelize({4, 0}), Fuse(), Vectorize({1, 16}, VectorizeMode::kContract)}},
  };
  return *cases;
}

std::string MlirOpt(const std::string& program, const std::string& schedule) {
  const std::string command =
      absl::StrCat("timeout 60 mlir-opt-19 '", program,
                   "' --transform-preload-library=transform-library-paths='", schedule,
                   "' --transform-interpreter 2>&1");
  std::string output;
  FILE* pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) return "mlir-opt did not start";
  char buffer[4096];
  while (const size_t size = fread(buffer, 1, sizeof(buffer), pipe)) {
    output.append(buffer, size);
  }
  pclose(pipe);
  return output;
}

// mlir-opt ends its output with the newline of the module and one of its own.
std::string WithoutTrailingNewlines(std::string text) {
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

class ReplayTest : public testing::TestWithParam<size_t> {};

TEST_P(ReplayTest, MlirOptReproducesTheProgram) {
  const Case& replayed = Cases()[GetParam()];
  CompilerContext context;
  auto program = ScheduledProgram::Load(context, replayed.program,
                                        ReadProgram(replayed.program), Avx2());
  ASSERT_TRUE(program.ok()) << program.status();
  const std::string original = (*program)->TransformedText();
  for (const Action& action : replayed.schedule) {
    const auto observation = (*program)->Apply(action);
    ASSERT_TRUE(observation.ok()) << observation.status();
  }
  const std::string schedule =
      absl::StrCat(testing::TempDir(), "weft_replay_", getpid(), ".mlir");
  std::ofstream(schedule) << (*program)->ScheduleModule();

  const std::string replay = MlirOpt(ProgramFile(replayed.program), schedule);

  std::remove(schedule.c_str());
  EXPECT_EQ(WithoutTrailingNewlines(replay),
            WithoutTrailingNewlines((*program)->TransformedText()));
  const bool only_stop = replayed.schedule[0].kind == ActionKind::kStop;
  EXPECT_EQ((*program)->TransformedText() == original, only_stop);
}

INSTANTIATE_TEST_SUITE_P(EveryActionKind, ReplayTest,
                         testing::Range<size_t>(0, Cases().size()),
                         [](const auto& info) {
                           return absl::StrCat(Cases()[info.param].program, "_",
                                               info.param);
                         });

}  // namespace
}  // namespace weft
