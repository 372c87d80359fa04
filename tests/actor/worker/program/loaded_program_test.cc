#include "actor/worker/program/loaded_program.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/actor/worker/program_files.h"

namespace weft {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

CompilerContext& Context() {
  static auto* context = new CompilerContext;
  return *context;
}

absl::Status LoadStatus(const std::string& source) {
  return LoadedProgram::Load(Context(), "p.mlir", source).status();
}

ProgramInfo Info(const std::string& name) {
  auto program = LoadedProgram::Load(Context(), name, ReadProgram(name));
  EXPECT_TRUE(program.ok()) << program.status();
  return program.ok() ? (*program)->info() : ProgramInfo();
}

// Expects INVALID_ARGUMENT at `position` that mentions `reason`.
void ExpectRefused(const std::string& source, const std::string& position,
                   const std::string& reason) {
  const absl::Status status = LoadStatus(source);
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << status;
  EXPECT_THAT(std::string(status.message()), StartsWith("p.mlir:" + position + ": "));
  EXPECT_THAT(std::string(status.message()), HasSubstr(reason));
}

TEST(LoadedProgramTest, SyntaxErrorNamesLineAndColumn) {
  ExpectRefused(
      "func.func @main(%a: tensor<4xf32>) -> tensor<4xf32> {\n"
      "  return %b : tensor<4xf32>\n"
      "}\n",
      "2:10", "undeclared SSA value");
}

TEST(LoadedProgramTest, OperationThatDoesNotVerifyIsRefused) {
  ExpectRefused(
      "func.func @main(%a: tensor<4xf32>) -> tensor<8xf32> {\n"
      "  return %a : tensor<4xf32>\n"
      "}\n",
      "2:3", "type of return operand 0");
}

TEST(LoadedProgramTest, TextThatIsNoModuleIsRefused) {
  EXPECT_EQ(LoadStatus("not MLIR at all").code(), absl::StatusCode::kInvalidArgument);
}

TEST(LoadedProgramTest, OperationOfAnotherDialectIsRefused) {
  ExpectRefused(
      "func.func @main(%a: tensor<4xf32>) -> tensor<4xf32> {\n"
      "  llvm.inline_asm \"nop\", \"\" : () -> ()\n"
      "  return %a : tensor<4xf32>\n"
      "}\n",
      "2:3", "operation llvm.inline_asm is not allowed");
}

TEST(LoadedProgramTest, MemoryOperationIsRefused) {
  ExpectRefused(
      "func.func @main(%a: tensor<4xf32>) -> tensor<4xf32> {\n"
      "  %m = memref.alloc() : memref<4xf32>\n"
      "  return %a : tensor<4xf32>\n"
      "}\n",
      "2:8", "operation memref.alloc is not allowed");
}

TEST(LoadedProgramTest, DeclaredFunctionIsRefused) {
  ExpectRefused("func.func private @system(tensor<4xf32>) -> tensor<4xf32>\n", "1:1",
                "@system is only declared");
}

TEST(LoadedProgramTest, SecondFunctionIsRefused) {
  ExpectRefused(
      "func.func @main(%a: tensor<4xf32>) -> tensor<4xf32> {\n"
      "  return %a : tensor<4xf32>\n"
      "}\n"
      "func.func @other(%a: tensor<4xf32>) -> tensor<4xf32> {\n"
      "  return %a : tensor<4xf32>\n"
      "}\n",
      "4:1", "more than one function: @other after @main");
}

TEST(LoadedProgramTest, CallIsRefused) {
  ExpectRefused(
      "func.func @main(%a: tensor<4xf32>) -> tensor<4xf32> {\n"
      "  %r = func.call @main(%a) : (tensor<4xf32>) -> tensor<4xf32>\n"
      "  return %r : tensor<4xf32>\n"
      "}\n",
      "2:8", "calls are not allowed");
}

TEST(LoadedProgramTest, DynamicShapeIsRefused) {
  ExpectRefused(
      "func.func @main(%a: tensor<?xf32>) -> tensor<?xf32> {\n"
      "  return %a : tensor<?xf32>\n"
      "}\n",
      "1:1", "dynamic shape");
}

TEST(LoadedProgramTest, DynamicShapeInsideIsRefused) {
  ExpectRefused(
      "func.func @main(%a: tensor<4xf32>) -> tensor<4xf32> {\n"
      "  %d = tensor.cast %a : tensor<4xf32> to tensor<?xf32>\n"
      "  return %a : tensor<4xf32>\n"
      "}\n",
      "2:8", "dynamic shape");
}

TEST(LoadedProgramTest, IntegerTensorIsRefused) {
  ExpectRefused(
      "func.func @main(%a: tensor<4xi8>) -> tensor<4xi8> {\n"
      "  return %a : tensor<4xi8>\n"
      "}\n",
      "1:1", "elements other than f32 and f64");
}

TEST(LoadedProgramTest, ScalarArgumentIsRefused) {
  ExpectRefused(
      "func.func @main(%a: tensor<4xf32>, %s: f32) -> tensor<4xf32> {\n"
      "  return %a : tensor<4xf32>\n"
      "}\n",
      "1:1", "type f32 is not a tensor");
}

TEST(LoadedProgramTest, ArithmeticOnTensorsIsRefused) {
  ExpectRefused(
      "func.func @main(%a: tensor<4xf32>) -> tensor<4xf32> {\n"
      "  %r = arith.addf %a, %a : tensor<4xf32>\n"
      "  return %r : tensor<4xf32>\n"
      "}\n",
      "2:8", "expected linalg");
}

TEST(LoadedProgramTest, ProgramWithoutLinalgIsRefused) {
  ExpectRefused(
      "func.func @main(%a: tensor<4xf32>) -> tensor<4xf32> {\n"
      "  return %a : tensor<4xf32>\n"
      "}\n",
      "1:1", "no linalg operation");
}

TEST(LoadedProgramTest, EmptyModuleIsRefused) {
  EXPECT_THAT(std::string(LoadStatus("").message()), HasSubstr("no function"));
}

TEST(LoadedProgramTest, EveryTestProgramLoads) {
  for (const std::string& name : ProgramNames()) {
    EXPECT_TRUE(LoadedProgram::Load(Context(), name, ReadProgram(name)).ok()) << name;
  }
}

TEST(LoadedProgramTest, MatmulIsCountedAndDescribed) {
  const ProgramInfo info = Info("matmul");
  EXPECT_EQ(info.anchor().name, "linalg.matmul");
  EXPECT_EQ(info.anchor().kind, AnchorKind::kContraction);
  EXPECT_EQ(info.flops, 2.0 * 48 * 64 * 80);
  EXPECT_EQ(info.bytes, 4.0 * (48 * 80 + 80 * 64 + 48 * 64));
  ASSERT_EQ(info.anchor().num_loops(), 3);
  EXPECT_EQ(info.anchor().loops[2].extent, 80);
  EXPECT_TRUE(info.anchor().loops[2].reduction);
  EXPECT_EQ(ContiguousLoop(Output(info.anchor())), 1);
}

TEST(LoadedProgramTest, ReturnedTensorOfPlainArgumentsCountsAsTraffic) {
  EXPECT_EQ(Info("matmul_plain").bytes, 4.0 * (32 * 48 + 48 * 32 + 32 * 32));
}

TEST(LoadedProgramTest, ConvolutionHasItsWindow) {
  const StructuredOp anchor = Info("conv_2d_nhwc_strided").anchor();
  EXPECT_EQ(anchor.kind, AnchorKind::kConvolution);
  ASSERT_EQ(anchor.window.size(), 2u);
  EXPECT_EQ(anchor.window[0].position_loop, 1);
  EXPECT_EQ(anchor.window[0].window_loop, 4);
  EXPECT_EQ(anchor.window[0].stride, 2);
  EXPECT_EQ(anchor.window[0].dilation, 1);
  EXPECT_FALSE(anchor.splittable_reduction);
}

TEST(LoadedProgramTest, DilationIsTheStepOfTheWindowLoop) {
  const StructuredOp anchor = Info("conv_2d_nhwc_dilated").anchor();
  EXPECT_EQ(anchor.window[1].stride, 1);
  EXPECT_EQ(anchor.window[1].dilation, 2);
}

TEST(LoadedProgramTest, KindsOfAnchors) {
  EXPECT_EQ(Info("max_pool_nhwc").anchor().kind, AnchorKind::kPooling);
  EXPECT_EQ(Info("relu").anchor().kind, AnchorKind::kElementwise);
  EXPECT_EQ(Info("sum_rows").anchor().kind, AnchorKind::kReduction);
  EXPECT_EQ(Info("transpose").anchor().kind, AnchorKind::kOther);
}

TEST(LoadedProgramTest, AnchorIsTheOperationWithTheMostFlops) {
  const ProgramInfo info = Info("matmul_bias_relu");
  EXPECT_EQ(info.anchor().name, "linalg.matmul");
  ASSERT_EQ(info.neighbours.size(), 2u);
  EXPECT_TRUE(info.neighbours[0].fill);
  EXPECT_TRUE(info.neighbours[0].producer);
  EXPECT_TRUE(info.neighbours[1].elementwise);
  EXPECT_FALSE(info.neighbours[1].producer);
}

TEST(LoadedProgramTest, OneOfManyGenericsIsNamedByItsPosition) {
  const StructuredOp anchor = Info("softmax").anchor();
  EXPECT_EQ(anchor.name, "linalg.generic");
  EXPECT_EQ(anchor.index, 1);  // The exponential, with two operations per element.
  EXPECT_EQ(anchor.count, 4);
}

TEST(LoadedProgramTest, OnlyInnermostReductionsCanBeSplit) {
  EXPECT_TRUE(Info("sum_rows").anchor().splittable_reduction);
  EXPECT_TRUE(Info("matmul").anchor().splittable_reduction);
  EXPECT_FALSE(Info("sum_columns").anchor().splittable_reduction);
}

// B = A with the index of A given, in loops (i, j).
StructuredOp CopyFrom(const std::string& index, const std::string& type) {
  const std::string source =
      "func.func @main(%a: tensor<" + type +
      ">, %b: tensor<8x16xf32> {bufferization.writable = true}) -> tensor<8x16xf32> {\n"
      "  %r = linalg.generic {indexing_maps = [affine_map<(i, j) -> (" +
      index +
      ")>,\n"
      "      affine_map<(i, j) -> (i, j)>], iterator_types = [\"parallel\", "
      "\"parallel\"]}\n"
      "      ins(%a : tensor<" +
      type +
      ">) outs(%b : tensor<8x16xf32>) {\n"
      "  ^bb0(%x: f32, %y: f32):\n"
      "    linalg.yield %x : f32\n"
      "  } -> tensor<8x16xf32>\n"
      "  return %r : tensor<8x16xf32>\n"
      "}\n";
  auto program = LoadedProgram::Load(Context(), "p.mlir", source);
  EXPECT_TRUE(program.ok()) << program.status();
  return program.ok() ? (*program)->info().anchor() : StructuredOp();
}

TEST(LoadedProgramTest, StridesAreInElementsOfTheWholeOperand) {
  const StructuredOp op = CopyFrom("j, i * 2", "16x16xf32");
  EXPECT_TRUE(op.affine);
  EXPECT_FALSE(op.vectorizable);  // A step of two is no vector.
  EXPECT_THAT(op.operands[0].stride, testing::ElementsAre(2, 16));
}

TEST(LoadedProgramTest, RemainderOfALoopIsNotAffine) {
  EXPECT_FALSE(CopyFrom("i mod 4, j", "4x16xf32").affine);
}

TEST(LoadedProgramTest, AnOffsetIsNotAffine) {
  EXPECT_FALSE(CopyFrom("i, j + 1", "8x17xf32").affine);
}

TEST(LoadedProgramTest, SumOfTwoOutputLoopsIsNoWindow) {
  EXPECT_FALSE(CopyFrom("i + j", "23xf32").affine);
}

TEST(LoadedProgramTest, AMatmulSharesItsTilesWithWhatReadsItPointByPoint) {
  const ProgramInfo info = Info("matmul_bias_relu");
  EXPECT_EQ(info.fusion.shared_dimensions, 2);
  EXPECT_EQ(info.fusion.members.size() + 1, info.ops.size());
  EXPECT_TRUE(info.ops[info.fusion.fill].fill);
}

TEST(LoadedProgramTest, ASoftmaxSharesItsRowsFromEndToEnd) {
  for (const char* name : {"softmax", "layer_norm"}) {
    const ProgramInfo info = Info(name);
    EXPECT_EQ(info.fusion.shared_dimensions, 1) << name;
    EXPECT_EQ(info.fusion.members.size() + 1, info.ops.size()) << name;
  }
}

// A loop of one trip has no tiles to share; those of the anchor's output are left.
TEST(LoadedProgramTest, ASingleRowIsNotShared) {
  auto program = LoadedProgram::Load(Context(), "p.mlir", R"mlir(
#matrix = affine_map<(i, j) -> (i, j)>
#row = affine_map<(i, j) -> (i)>
func.func @main(%a: tensor<1x64xf32>, %r: tensor<1xf32>, %b: tensor<1x64xf32>) -> tensor<1x64xf32> {
  %sum = linalg.generic {indexing_maps = [#matrix, #row], iterator_types = ["parallel", "reduction"]}
      ins(%a : tensor<1x64xf32>) outs(%r : tensor<1xf32>) {
    ^bb0(%x: f32, %acc: f32):
      %y = arith.addf %acc, %x : f32
      linalg.yield %y : f32
    } -> tensor<1xf32>
  %empty = tensor.empty() : tensor<1x64xf32>
  %square = linalg.generic {indexing_maps = [#matrix, #row, #matrix], iterator_types = ["parallel", "parallel"]}
      ins(%a, %sum : tensor<1x64xf32>, tensor<1xf32>) outs(%empty : tensor<1x64xf32>) {
    ^bb0(%x: f32, %s: f32, %o: f32):
      %difference = arith.subf %x, %s : f32
      %product = arith.mulf %difference, %difference : f32
      linalg.yield %product : f32
    } -> tensor<1x64xf32>
  %negated = linalg.generic {indexing_maps = [#matrix, #matrix], iterator_types = ["parallel", "parallel"]}
      ins(%square : tensor<1x64xf32>) outs(%b : tensor<1x64xf32>) {
    ^bb0(%x: f32, %o: f32):
      %y = arith.negf %x : f32
      linalg.yield %y : f32
    } -> tensor<1x64xf32>
  return %negated : tensor<1x64xf32>
}
)mlir");
  ASSERT_TRUE(program.ok()) << program.status();
  const ProgramInfo& info = (*program)->info();
  ASSERT_EQ(info.anchor_index, 1);
  EXPECT_THAT(info.fusion.members, testing::ElementsAre(2));
  EXPECT_EQ(info.fusion.shared_dimensions, 2);
}

// The second reader is no member, so that fusing would have to compute twice.
TEST(LoadedProgramTest, WhatIsAlsoReturnedIsNotFused) {
  auto program = LoadedProgram::Load(Context(), "p.mlir", R"mlir(
#matrix = affine_map<(i, j) -> (i, j)>
#row = affine_map<(i, j) -> (i)>
func.func @main(%a: tensor<8x8xf32>, %r: tensor<8xf32>) -> (tensor<8x8xf32>, tensor<8xf32>) {
  %empty = tensor.empty() : tensor<8x8xf32>
  %exp = linalg.exp ins(%a : tensor<8x8xf32>) outs(%empty : tensor<8x8xf32>) -> tensor<8x8xf32>
  %sum = linalg.generic {indexing_maps = [#matrix, #row], iterator_types = ["parallel", "reduction"]}
      ins(%exp : tensor<8x8xf32>) outs(%r : tensor<8xf32>) {
    ^bb0(%x: f32, %acc: f32):
      %y = arith.addf %acc, %x : f32
      linalg.yield %y : f32
    } -> tensor<8xf32>
  return %exp, %sum : tensor<8x8xf32>, tensor<8xf32>
}
)mlir");
  ASSERT_TRUE(program.ok()) << program.status();
  EXPECT_TRUE((*program)->info().fusion.empty());
}

}  // namespace
}  // namespace weft
