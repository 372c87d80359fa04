// Transposes of vectors, as machine code, move every element to its place.
#include "actor/worker/lowering/transpose_lowering.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "tests/actor/worker/lowering/compile_text.h"

namespace weft {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

// Reads the whole input as a vector of the shape, transposes it, and writes it.
std::string Program(int64_t rows, int64_t columns, const std::string& element) {
  const std::string in = absl::StrCat(rows, "x", columns, "x", element);
  const std::string out = absl::StrCat(columns, "x", rows, "x", element);
  return absl::StrCat(
      "func.func @main(%in: tensor<", in,
      "> {bufferization.writable = false}, %out: tensor<", out,
      "> {bufferization.writable = true}) -> tensor<", out, "> {\n",
      "  %c0 = arith.constant 0 : index\n  %zero = arith.constant 0.0 : ", element,
      "\n",
      "  %v = vector.transfer_read %in[%c0, %c0], %zero {in_bounds = [true, true]} : "
      "tensor<",
      in, ">, vector<", in, ">\n  %t = vector.transpose %v, [1, 0] : vector<", in,
      "> to vector<", out, ">\n",
      "  %r = vector.transfer_write %t, %out[%c0, %c0] {in_bounds = [true, true]} : "
      "vector<",
      out, ">, tensor<", out, ">\n  return %r : tensor<", out, ">\n}\n");
}

template <typename Element>
void ExpectTransposed(size_t rows, size_t columns, const std::string& element) {
  SCOPED_TRACE(absl::StrCat(rows, " x ", columns, " ", element));
  const std::unique_ptr<Kernel> kernel = Compile(
      Program(static_cast<int64_t>(rows), static_cast<int64_t>(columns), element));
  ASSERT_NE(kernel, nullptr);
  const Data<Element> in(rows * columns, 1);
  const Data<Element> out(rows * columns, 2);
  void* const buffers[] = {in.get(), out.get()};
  kernel->Run(buffers);
  for (size_t i = 0; i < rows; ++i) {
    for (size_t j = 0; j < columns; ++j) {
      ASSERT_EQ(out[j * rows + i], in[i * columns + j]) << i << ", " << j;
    }
  }
}

TEST(TransposeLoweringTest, BlocksOfEveryHeight) {
  for (size_t rows = 2; rows <= 17; ++rows) ExpectTransposed<float>(rows, 8, "f32");
}

TEST(TransposeLoweringTest, ManyBlocks) {
  ExpectTransposed<float>(4, 64, "f32");
  ExpectTransposed<float>(8, 32, "f32");
  ExpectTransposed<float>(14, 16, "f32");
  ExpectTransposed<float>(16, 16, "f32");
}

TEST(TransposeLoweringTest, WhatBlocksDoNotDivideIsUpstreams) {
  ExpectTransposed<float>(4, 4, "f32");
  ExpectTransposed<float>(8, 7, "f32");
  ExpectTransposed<double>(4, 8, "f64");
}

// The body of a function after the patterns alone.
std::string Lowered(const std::string& signature, const std::string& body) {
  mlir::OwningOpRef<mlir::ModuleOp> module =
      Parse(absl::StrCat("func.func @main", signature, " {\n", body, "}\n"));
  mlir::RewritePatternSet patterns(Context().mlir());
  PopulateTransposePatterns(&patterns);
  EXPECT_TRUE(mlir::succeeded(
      mlir::applyPatternsAndFoldGreedily(*module, std::move(patterns))));
  std::string text;
  llvm::raw_string_ostream(text) << *module;
  return text;
}

int CountOf(const std::string& text, const std::string& piece) {
  int count = 0;
  for (size_t at = text.find(piece); at != std::string::npos;
       at = text.find(piece, at + 1)) {
    ++count;
  }
  return count;
}

TEST(TransposeLoweringTest, ABlockTakesThreeStepsOfItsVectors) {
  const std::string square =
      Lowered("(%v: vector<8x8xf32>) -> vector<8x8xf32>",
              "%t = vector.transpose %v, [1, 0] : vector<8x8xf32> to vector<8x8xf32>\n"
              "return %t : vector<8x8xf32>\n");
  EXPECT_EQ(CountOf(square, "vector.shuffle"), 24) << square;
  const std::string low =
      Lowered("(%v: vector<4x8xf32>) -> vector<8x4xf32>",
              "%t = vector.transpose %v, [1, 0] : vector<4x8xf32> to vector<8x4xf32>\n"
              "return %t : vector<8x4xf32>\n");
  EXPECT_EQ(CountOf(low, "vector.shuffle"), 8) << low;
}

TEST(TransposeLoweringTest, RowsOfABroadcastAreBroadcastElements) {
  const std::string text = Lowered(
      "(%v: vector<4xf32>) -> vector<4x64xf32>",
      "%b = vector.broadcast %v : vector<4xf32> to vector<64x4xf32>\n"
      "%t = vector.transpose %b, [1, 0] : vector<64x4xf32> to vector<4x64xf32>\n"
      "return %t : vector<4x64xf32>\n");
  EXPECT_EQ(CountOf(text, "vector.broadcast %"), 4) << text;
  EXPECT_THAT(text, HasSubstr("f32 to vector<64xf32>"));
  EXPECT_THAT(text, Not(HasSubstr("vector.transpose")));
}

TEST(TransposeLoweringTest, UnitDimensionsMoveForNothing) {
  const std::string text = Lowered("(%v: vector<1x8x1x4xf32>) -> vector<8x4x1x1xf32>",
                                   "%t = vector.transpose %v, [1, 3, 0, 2] : "
                                   "vector<1x8x1x4xf32> to vector<8x4x1x1xf32>\n"
                                   "return %t : vector<8x4x1x1xf32>\n");
  EXPECT_THAT(text, HasSubstr("vector.shape_cast"));
  EXPECT_THAT(text, Not(HasSubstr("vector.transpose")));
}

}  // namespace
}  // namespace weft
