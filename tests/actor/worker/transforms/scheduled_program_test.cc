#include "actor/worker/transforms/scheduled_program.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "tests/actor/worker/program_files.h"
#include "tests/actor/worker/transforms/actions.h"
#include "tests/actor/worker/transforms/in_order.h"

namespace weft {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

CompilerContext& Context() {
  static auto* context = new CompilerContext;
  return *context;
}

std::unique_ptr<ScheduledProgram> Load(const std::string& name) {
  auto program = ScheduledProgram::Load(Context(), name, ReadProgram(name), Avx2());
  EXPECT_TRUE(program.ok()) << program.status();
  return *std::move(program);
}

// The text of the program after the schedule, each action of which must apply.
std::string After(const std::string& name, const Schedule& schedule) {
  auto program = Load(name);
  for (const Action& action : schedule) {
    const auto observation = program->Apply(action);
    EXPECT_TRUE(observation.ok()) << observation.status();
  }
  return program->TransformedText();
}

TEST(ScheduledProgramTest, BeforeAnyActionTheProgramIsAsWritten) {
  const std::string text = Load("matmul")->TransformedText();
  EXPECT_THAT(text, ContainsInOrder(Pieces{"linalg.fill", "linalg.matmul", "return"}));
  EXPECT_EQ(CountOf(text, "scf.for"), 0);
}

TEST(ScheduledProgramTest, ParallelizePutsTheAnchorIntoAForall) {
  const std::string text = After("matmul", {Parallelize({16, 32, 0})});
  EXPECT_THAT(text,
              ContainsInOrder(Pieces{"scf.forall", "in (3, 2)", "linalg.matmul ins(",
                                     "tensor<16x80xf32>", "tensor<80x32xf32>",
                                     "tensor.parallel_insert_slice"}));
}

TEST(ScheduledProgramTest, TilePutsTheAnchorIntoLoops) {
  const std::string text = After("matmul", {Tile({16, 0, 8})});
  EXPECT_EQ(CountOf(text, "scf.for "), 2);
  EXPECT_THAT(text, ContainsInOrder(Pieces{"scf.for", "scf.for", "linalg.matmul ins(",
                                           "tensor<16x8xf32>, tensor<8x64xf32>"}));
}

TEST(ScheduledProgramTest, InterchangePutsTheReductionOutside) {
  const std::string plain = After("matmul", {Tile({16, 0, 8})});
  EXPECT_THAT(plain, ContainsInOrder(Pieces{"to %c48 step %c16", "to %c80 step %c8"}));
  const std::string swapped =
      After("matmul", {Interchange({2, 0, 1}), Tile({16, 0, 8})});
  EXPECT_THAT(swapped,
              ContainsInOrder(Pieces{"to %c80 step %c8", "to %c48 step %c16"}));
}

TEST(ScheduledProgramTest, InterchangeThenStopLeavesTheLastLoopInside) {
  const std::string text = After("matmul", {Interchange({0, 2, 1}), Stop()});
  EXPECT_EQ(CountOf(text, "scf.for "), 2);
  EXPECT_THAT(text, ContainsInOrder(Pieces{"to %c48 step %c1", "to %c80 step %c1",
                                           "linalg.matmul ins(", "tensor<1x64xf32>"}));
}

TEST(ScheduledProgramTest, ContractKeepsTheAccumulatorInRegistersOverTheReduction) {
  const std::string text =
      After("matmul", {Vectorize({4, 16, 1}, VectorizeMode::kContract)});
  EXPECT_THAT(text, ContainsInOrder(Pieces{
                        "iter_args(%arg8 = %cst) -> (vector<4x16xf32>)",
                        "vector.contract", "scf.yield", "vector.transfer_write"}));
  EXPECT_THAT(text, Not(HasSubstr("linalg.")));  // The fill is vectorized, too.
}

TEST(ScheduledProgramTest, DecomposeVectorizesAConvolution) {
  const std::string text = After(
      "conv_2d_nhwc", {Vectorize({1, 1, 7, 16, 1, 1, 4}, VectorizeMode::kDecompose)});
  EXPECT_THAT(text, HasSubstr("vector.contract"));
  EXPECT_THAT(text, Not(HasSubstr("linalg.")));
}

TEST(ScheduledProgramTest, GeneralizeVectorizesAPool) {
  const std::string text = After(
      "max_pool_nhwc", {Vectorize({1, 1, 4, 16, 1, 1}, VectorizeMode::kGeneralize)});
  EXPECT_THAT(text, HasSubstr("arith.maximumf %"));
  EXPECT_THAT(text, HasSubstr("vector<4x16xf32>"));
  EXPECT_THAT(text, Not(HasSubstr("linalg.")));
}

TEST(ScheduledProgramTest, ReductionKeepsPartialSums) {
  const std::string text =
      After("sum_rows", {Vectorize({4, 16}, VectorizeMode::kReduction)});
  EXPECT_THAT(text, ContainsInOrder(Pieces{"arith.addf", "vector<4x16xf32>",
                                           "vector.multi_reduction <add>",
                                           "vector<4x16xf32> to vector<4xf32>"}));
}

TEST(ScheduledProgramTest, SoftmaxIsVectorizedThroughout) {
  const std::string text =
      After("softmax", {Vectorize({2, 32}, VectorizeMode::kContract)});
  EXPECT_THAT(text, Not(HasSubstr("linalg.")));
  EXPECT_THAT(text,
              ContainsInOrder(Pieces{"vector.multi_reduction <maximumf>", "math.exp",
                                     "vector.multi_reduction <add>", "arith.divf"}));
}

TEST(ScheduledProgramTest, ObservationShowsTheTransformedLoops) {
  auto program = Load("matmul");
  const Observation before = program->Reset();
  const Observation after = *program->Apply(Tile({16, 0, 8}));
  EXPECT_EQ(before.kinds.size() + 1, after.kinds.size());  // One more history token.
  const auto extent_of = [](const Observation& observation, int loop) {
    return observation.features[Observation::LoopToken(loop) * kTokenWidth + 3];
  };
  EXPECT_FLOAT_EQ(extent_of(before, 2), std::log2(80.0f) / 8);
  EXPECT_FLOAT_EQ(extent_of(after, 0), 4.0f / 8);
  EXPECT_FLOAT_EQ(extent_of(after, 1), 6.0f / 8);
  EXPECT_FLOAT_EQ(extent_of(after, 2), 3.0f / 8);
}

TEST(ScheduledProgramTest, TerminalActionEndsTheEpisode) {
  auto program = Load("matmul");
  const Observation last = *program->Apply(Stop());
  EXPECT_TRUE(program->done());
  EXPECT_EQ(last.mask.kinds, 0u);
  EXPECT_EQ(program->Apply(Stop()).status().code(),
            absl::StatusCode::kFailedPrecondition);
}

TEST(ScheduledProgramTest, IllegalActionLeavesTheScheduleAsItWas) {
  auto program = Load("matmul");
  ASSERT_TRUE(program->Apply(Tile({16, 0, 0})).ok());
  const std::string before = program->TransformedText();
  const absl::Status status = program->Apply(Tile({0, 0, 7})).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(status.message()), HasSubstr("size 7 of loop 2 is masked"));
  EXPECT_EQ(program->TransformedText(), before);
  EXPECT_EQ(program->schedule().size(), 1u);
}

TEST(ScheduledProgramTest, ResetForgetsTheSchedule) {
  auto program = Load("matmul");
  const std::string before = program->TransformedText();
  ASSERT_TRUE(program->Apply(Tile({16, 0, 0})).ok());
  program->Reset();
  EXPECT_EQ(program->TransformedText(), before);
  EXPECT_TRUE(program->schedule().empty());
}

TEST(ScheduledProgramTest, PlainArgumentsAreMarkedAsInputsInCopiesAlone) {
  auto program = Load("matmul_plain");
  auto copy = program->OriginalModule();
  auto function = *copy->getOps<mlir::func::FuncOp>().begin();
  auto writable = function.getArgAttrOfType<mlir::BoolAttr>(
      0, mlir::bufferization::BufferizationDialect::kWritableAttrName);
  ASSERT_TRUE(writable);
  EXPECT_FALSE(writable.getValue());
  EXPECT_THAT(program->TransformedText(), Not(HasSubstr("writable")));
}

TEST(ScheduledProgramTest, CopiesDoNotShareIr) {
  auto program = Load("matmul");
  ASSERT_TRUE(program->Apply(Tile({16, 0, 0})).ok());
  const std::string before = program->TransformedText();
  program->TransformedModule()->getBody()->clear();
  EXPECT_EQ(program->TransformedText(), before);
}

TEST(ScheduledProgramTest, MalformedProgramIsRefused) {
  EXPECT_EQ(ScheduledProgram::Load(Context(), "bad.mlir", "func.func", Avx2())
                .status()
                .code(),
            absl::StatusCode::kInvalidArgument);
}

// The loop over tiles is simplified while it is filled, which must not take the anchor
// for its twin: the actions after it would change nothing.
TEST(ScheduledProgramTest, AnAnchorThatIsComputedTwiceStaysTheAnchor) {
  const std::string text = After(
      "softmax_repeated",
      {Parallelize({4, 0}), Fuse(), Vectorize({1, 32}, VectorizeMode::kContract)});
  EXPECT_THAT(text, ContainsInOrder(Pieces{"arith.subf", "vector<32xf32>", "math.exp",
                                           "vector<32xf32>"}));
}

}  // namespace
}  // namespace weft
