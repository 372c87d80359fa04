// Which tasks a program becomes.
#include "actor/worker/compiler_context.h"
#include "gmock/gmock.h"
#include "tests/actor/worker/tasks/task_files.h"

namespace weft {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

CompilerContext& Context() {
  static auto* context = new CompilerContext;
  return *context;
}

std::unique_ptr<TaskProgram> Cut(const std::string& source) {
  auto program = TaskProgram::Cut(Context(), "program.mlir", source);
  EXPECT_TRUE(program.ok()) << program.status();
  return program.ok() ? *std::move(program) : nullptr;
}

constexpr char kLayer[] = R"mlir(module {
  func.func @main(%arg0: tensor<16x32xf32> {bufferization.writable = false}, %arg1: tensor<32x32xf32> {bufferization.writable = false}, %arg2: tensor<32xf32> {bufferization.writable = false}, %arg3: tensor<16x32xf32> {bufferization.writable = true}) -> tensor<16x32xf32> {
    %cst = arith.constant 0.000000e+00 : f32
    %0 = tensor.empty() : tensor<16x32xf32>
    %1 = linalg.fill ins(%cst : f32) outs(%0 : tensor<16x32xf32>) -> tensor<16x32xf32>
    %2 = linalg.matmul ins(%arg0, %arg1 : tensor<16x32xf32>, tensor<32x32xf32>) outs(%1 : tensor<16x32xf32>) -> tensor<16x32xf32>
)mlir";

TEST(CuttingTest, ALayerIsItsContractionWithItsFillBiasAndRelu) {
  const auto program = Cut(TaskTestProgram("mlp2"));
  ASSERT_NE(program, nullptr);
  ASSERT_FALSE(program->tasks().empty());
  EXPECT_THAT(program->tasks()[0].source,
              AllOf(HasSubstr(kLayer), HasSubstr("arith.maximumf"),
                    HasSubstr("outs(%arg3 : tensor<16x32xf32>) {")));
  EXPECT_EQ(program->tasks()[0].anchor, "linalg.matmul");
}

TEST(CuttingTest, EqualLayersAreOneTaskThoughOneWritesTheProgramsOutput) {
  const auto program = Cut(TaskTestProgram("mlp2"));
  ASSERT_NE(program, nullptr);
  EXPECT_THAT(TaskCalls(*program), ElementsAre("task00_matmul_16x32x32 x 2"));
  EXPECT_DOUBLE_EQ(program->flops(), 2 * program->tasks()[0].flops);
}

TEST(CuttingTest, AResultThatIsUsedTwiceEndsItsTask) {
  const auto program = Cut(TaskTestProgram("residual"));
  ASSERT_NE(program, nullptr);
  // The second convolution takes the sum with the first one's result along.
  EXPECT_THAT(TaskCalls(*program),
              ElementsAre("task00_conv_2d_nhwc_hwcf_1x8x8x8x3x3x8 x 1",
                          "task01_conv_2d_nhwc_hwcf_1x8x8x8x3x3x8 x 1",
                          "task02_pooling_nhwc_max_1x4x4x8x2x2 x 1"));
  EXPECT_THAT(program->tasks()[0].source,
              AllOf(HasSubstr("tensor.pad"), Not(HasSubstr("linalg.generic"))));
  EXPECT_THAT(program->tasks()[1].source,
              AllOf(HasSubstr("tensor.pad"), HasSubstr("linalg.generic")));
}

TEST(CuttingTest, TheLayersOfANetworkAreFoundEachOnce) {
  const auto mlp = Cut(SourceFile("datasets/suites/schedules/mlp3.mlir"));
  ASSERT_NE(mlp, nullptr);
  EXPECT_THAT(TaskCalls(*mlp), ElementsAre("task00_matmul_128x1024x512 x 1",
                                           "task01_matmul_128x1024x1024 x 1",
                                           "task02_matmul_128x256x1024 x 1"));
  const auto convnet3 = Cut(SourceFile("datasets/suites/schedules/convnet3.mlir"));
  ASSERT_NE(convnet3, nullptr);
  EXPECT_THAT(TaskCalls(*convnet3),
              ElementsAre("task00_conv_2d_nhwc_hwcf_1x56x56x32x3x3x32 x 3",
                          "task01_pooling_nhwc_max_1x28x28x32x2x2 x 1"));
  const auto convnet10 = Cut(SourceFile("datasets/suites/schedules/convnet10.mlir"));
  ASSERT_NE(convnet10, nullptr);
  EXPECT_THAT(TaskCalls(*convnet10),
              ElementsAre("task00_conv_2d_nhwc_hwcf_1x56x56x32x3x3x32 x 10",
                          "task01_pooling_nhwc_max_1x28x28x32x2x2 x 1"));
}

TEST(CuttingTest, AChainThatFusesAsAWholeIsOneTask) {
  const auto program = Cut(SourceFile("datasets/suites/schedules/softmax.mlir"));
  ASSERT_NE(program, nullptr);
  EXPECT_EQ(TaskCalls(*program).size(), 1u);
  EXPECT_THAT(program->tasks()[0].source, HasSubstr("math.exp"));
  EXPECT_THAT(program->notes(), IsEmpty());
}

TEST(CuttingTest, ATimingHarnessIsStrippedAndSaidSo) {
  const auto program = Cut(TaskTestProgram("timed_matmul"));
  ASSERT_NE(program, nullptr);
  EXPECT_THAT(TaskCalls(*program), ElementsAre("task00_matmul_16x8x32 x 1"));
  EXPECT_THAT(program->notes(), Contains("stripped @nanoTime and 2 call(s) of it"));
  EXPECT_THAT(program->tasks()[0].source, Not(HasSubstr("tag")));
}

TEST(CuttingTest, AProgramThatNeedsNothingStrippedHasNoNotes) {
  const auto program = Cut(TaskTestProgram("mlp2"));
  ASSERT_NE(program, nullptr);
  EXPECT_THAT(program->notes(), IsEmpty());
}

TEST(CuttingTest, CuttingTwiceGivesTheSameTexts) {
  const auto first = Cut(TaskTestProgram("residual"));
  const auto second = Cut(TaskTestProgram("residual"));
  ASSERT_NE(first, nullptr);
  ASSERT_NE(second, nullptr);
  for (size_t i = 0; i < first->tasks().size(); ++i) {
    EXPECT_EQ(first->tasks()[i].source, second->tasks()[i].source);
  }
}

TEST(CuttingTest, MalformedTextIsRefusedWithItsPlace) {
  const auto program =
      TaskProgram::Cut(Context(), "bad.mlir", "func.func @main() {\n  nonsense\n}\n");
  ASSERT_FALSE(program.ok());
  EXPECT_THAT(std::string(program.status().message()), HasSubstr("bad.mlir:2:"));
}

}  // namespace
}  // namespace weft
