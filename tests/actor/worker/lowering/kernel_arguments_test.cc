// Which buffers a kernel takes, and which programs are refused.
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/actor/worker/lowering/compile_text.h"

namespace weft {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(CompileKernelTest, ArgumentsThatAreReturnedStayTheOnlyOutputs) {
  EXPECT_THAT(
      Compile(ReadProgram("matmul.mlir"))->arguments(),
      ElementsAre(KernelArgument{48 * 80, 4, false}, KernelArgument{80 * 64, 4, false},
                  KernelArgument{48 * 64, 4, true}));
}

// A row of 512 is summed, and of each sum the half is taken; the other result is one
// operation for each of its many elements.
TEST(CompileKernelTest, EveryOutputKnowsHowLongItsSumsAre) {
  const std::unique_ptr<Kernel> kernel = Compile(R"mlir(
#row = affine_map<(i, j) -> (i)>
#whole = affine_map<(i, j) -> (i, j)>
func.func @both(%a: tensor<64x512xf32>) -> (tensor<64x512xf32>, tensor<64xf32>) {
  %zero = arith.constant 0.0 : f32
  %half = arith.constant 0.5 : f32
  %large = tensor.empty() : tensor<64x512xf32>
  %small = tensor.empty() : tensor<64xf32>
  %doubled = linalg.add ins(%a, %a : tensor<64x512xf32>, tensor<64x512xf32>)
                        outs(%large : tensor<64x512xf32>) -> tensor<64x512xf32>
  %fill = linalg.fill ins(%zero : f32) outs(%small : tensor<64xf32>) -> tensor<64xf32>
  %sums = linalg.generic {indexing_maps = [#whole, #row],
      iterator_types = ["parallel", "reduction"]}
      ins(%a : tensor<64x512xf32>) outs(%fill : tensor<64xf32>) {
  ^bb0(%v: f32, %sum: f32):
    %next = arith.addf %v, %sum : f32
    linalg.yield %next : f32
  } -> tensor<64xf32>
  %halves = linalg.map ins(%sums : tensor<64xf32>) outs(%small : tensor<64xf32>)
    (%v: f32) {
      %h = arith.mulf %v, %half : f32
      linalg.yield %h : f32
    }
  return %doubled, %halves : tensor<64x512xf32>, tensor<64xf32>
})mlir");
  ASSERT_EQ(kernel->arguments().size(), 3u);
  EXPECT_EQ(kernel->arguments()[1].operations, 1);
  EXPECT_EQ(kernel->arguments()[2].operations, 512 + 1);
}

TEST(CompileKernelTest, ATransposeHasNoOperationsAndOfALoopNothingIsKnown) {
  EXPECT_EQ(Compile(ReadProgram("transpose.mlir"))->arguments().back().operations, 0);
  const std::unique_ptr<Kernel> loop = Compile(R"mlir(
func.func @twice(%a: tensor<8xf32>) -> tensor<8xf32> {
  %zero = arith.constant 0 : index
  %one = arith.constant 1 : index
  %two = arith.constant 2 : index
  %empty = tensor.empty() : tensor<8xf32>
  %sum = scf.for %i = %zero to %two step %one iter_args(%last = %a) -> tensor<8xf32> {
    %next = linalg.add ins(%last, %a : tensor<8xf32>, tensor<8xf32>)
                       outs(%empty : tensor<8xf32>) -> tensor<8xf32>
    scf.yield %next : tensor<8xf32>
  }
  return %sum : tensor<8xf32>
})mlir");
  EXPECT_EQ(loop->arguments().back().operations, -1);
}

TEST(CompileKernelTest, AMatmulHasTwoOperationsPerTerm) {
  EXPECT_EQ(Compile(ReadProgram("matmul_plain.mlir"))->arguments().back().operations,
            2 * 48);
}

constexpr char kSquare[] = R"mlir(
func.func @square(%a: tensor<100xf32>) -> tensor<100xf32> {
  %empty = tensor.empty() : tensor<100xf32>
  %result = linalg.square ins(%a : tensor<100xf32>) outs(%empty : tensor<100xf32>)
      -> tensor<100xf32>
  return %result : tensor<100xf32>
})mlir";

TEST(CompileKernelTest, AResultThatIsNoArgumentBecomesAFurtherOutput) {
  const std::unique_ptr<Kernel> kernel = Compile(kSquare);
  EXPECT_THAT(kernel->arguments(),
              ElementsAre(KernelArgument{100, 4, false}, KernelArgument{100, 4, true}));
  const Data<float> in(100, 1);
  const Data<float> out(100, 2);
  void* const buffers[] = {in.get(), out.get()};
  kernel->Run(buffers);
  for (size_t i = 0; i < 100; ++i) ASSERT_EQ(out[i], in[i] * in[i]);
}

TEST(CompileKernelTest, AnArgumentWithoutTheAttributeIsNotWritten) {
  // In place would be cheaper, and is what bufferization does unless it is told.
  const std::unique_ptr<Kernel> kernel = Compile(R"mlir(
func.func @double(%a: tensor<100xf32>) -> tensor<100xf32> {
  %result = linalg.add ins(%a, %a : tensor<100xf32>, tensor<100xf32>)
                       outs(%a : tensor<100xf32>) -> tensor<100xf32>
  return %result : tensor<100xf32>
})mlir");
  ASSERT_EQ(kernel->arguments().size(), 2u);
  const Data<float> in(100, 1);
  const Data<float> same(100, 1);
  const Data<float> out(100, 2);
  void* const buffers[] = {in.get(), out.get()};
  kernel->Run(buffers);
  EXPECT_EQ(LargestDifference(in, same), 0);
  EXPECT_EQ(out[5], 2 * in[5]);
}

TEST(CompileKernelTest, AnOutputThatTheProgramReadsAccumulates) {
  const std::unique_ptr<Kernel> kernel = Compile(R"mlir(
func.func @accumulate(%a: tensor<8x8xf32> {bufferization.writable = false},
                      %c: tensor<8x8xf32> {bufferization.writable = true})
    -> tensor<8x8xf32> {
  %result = linalg.matmul ins(%a, %a : tensor<8x8xf32>, tensor<8x8xf32>)
                          outs(%c : tensor<8x8xf32>) -> tensor<8x8xf32>
  return %result : tensor<8x8xf32>
})mlir");
  const Data<float> a(64, 1);
  const Data<float> c(64, 2);
  const Data<float> before(64, 2);
  Data<float> product(64);
  NaiveMatmul(a, a, 8, 8, 8, &product);
  void* const buffers[] = {a.get(), c.get()};
  kernel->Run(buffers);
  for (size_t i = 0; i < 64; ++i) ASSERT_NEAR(c[i], before[i] + product[i], 1e-5);
}

// A schedule that computes its result in a buffer of its own.
constexpr char kElsewhere[] = R"mlir(
func.func @square(%a: tensor<100xf32> {bufferization.writable = false},
                  %out: tensor<100xf32> {bufferization.writable = true})
    -> tensor<100xf32> {
  %empty = tensor.empty() : tensor<100xf32>
  %result = linalg.square ins(%a : tensor<100xf32>) outs(%empty : tensor<100xf32>)
      -> tensor<100xf32>
  return %result : tensor<100xf32>
})mlir";

TEST(CompileKernelTest, AResultThatIsNotInPlaceIsCopiedToItsArgument) {
  const std::unique_ptr<Kernel> kernel = Compile(kElsewhere);
  ASSERT_NE(kernel, nullptr);
  EXPECT_THAT(kernel->arguments(),
              ElementsAre(KernelArgument{100, 4, false}, KernelArgument{100, 4, true}));
  const Data<float> in(100, 1);
  const Data<float> out(100, 2);
  void* const buffers[] = {in.get(), out.get()};
  kernel->Run(buffers);
  for (size_t i = 0; i < 100; ++i) ASSERT_EQ(out[i], in[i] * in[i]);
}

TEST(CompileKernelTest, ATransposeThatMovesNothingCopiesItsInput) {
  // Canonicalization folds it, so that the function returns its input.
  const std::unique_ptr<Kernel> kernel = Compile(R"mlir(
func.func @identity(%a: tensor<4x8xf32> {bufferization.writable = false},
                    %out: tensor<4x8xf32> {bufferization.writable = true})
    -> tensor<4x8xf32> {
  %same = linalg.transpose ins(%a : tensor<4x8xf32>) outs(%out : tensor<4x8xf32>)
      permutation = [0, 1]
  return %same : tensor<4x8xf32>
})mlir");
  ASSERT_NE(kernel, nullptr);
  const Data<float> in(32, 1);
  const Data<float> out(32, 2);
  void* const buffers[] = {in.get(), out.get()};
  kernel->Run(buffers);
  EXPECT_EQ(LargestDifference(in, out), 0);
}

TEST(CompileKernelTest, TwoResultsEachComeHome) {
  const std::unique_ptr<Kernel> kernel = Compile(R"mlir(
func.func @both(%a: tensor<16xf32> {bufferization.writable = false},
                %x: tensor<16xf32> {bufferization.writable = true},
                %y: tensor<16xf32> {bufferization.writable = true})
    -> (tensor<16xf32>, tensor<16xf32>) {
  %square = linalg.square ins(%a : tensor<16xf32>) outs(%y : tensor<16xf32>)
      -> tensor<16xf32>
  return %a, %square : tensor<16xf32>, tensor<16xf32>
})mlir");
  ASSERT_NE(kernel, nullptr);
  const Data<float> in(16, 1);
  const Data<float> x(16, 2);
  const Data<float> y(16, 3);
  void* const buffers[] = {in.get(), x.get(), y.get()};
  kernel->Run(buffers);
  EXPECT_EQ(LargestDifference(in, x), 0);
  for (size_t i = 0; i < 16; ++i) ASSERT_EQ(y[i], in[i] * in[i]);
}

TEST(CompileKernelTest, EveryTestProgramCompiles) {
  for (const char* name :
       {"add.mlir", "batch_matmul.mlir", "conv_2d_nchw.mlir",
        "conv_2d_nhwc_strided.mlir", "depthwise_conv_2d_nhwc.mlir",
        "max_pool_nhwc.mlir", "sum_columns.mlir", "sum_rows.mlir", "transpose.mlir"}) {
    EXPECT_NE(Compile(ReadProgram(name)), nullptr) << name;
  }
}

absl::Status ErrorOf(const std::string& text) {
  return CompileKernel(Context(), Parse(text)).status();
}

TEST(CompileKernelTest, TwoFunctionsAreRefused) {
  const absl::Status status = ErrorOf(R"mlir(
func.func @one(%a: tensor<4xf32>) -> tensor<4xf32> { return %a : tensor<4xf32> }
func.func @two(%a: tensor<4xf32>) -> tensor<4xf32> { return %a : tensor<4xf32> }
)mlir");
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), HasSubstr("got 2 functions"));
}

TEST(CompileKernelTest, IntegersAndDynamicShapesAreRefused) {
  EXPECT_EQ(ErrorOf("func.func @f(%a: tensor<4xi32>) -> tensor<4xi32> {"
                    " return %a : tensor<4xi32> }")
                .code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(ErrorOf("func.func @f(%a: tensor<?xf32>) -> tensor<?xf32> {"
                    " return %a : tensor<?xf32> }")
                .code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(ErrorOf("func.func @f(%a: f32) -> f32 { return %a : f32 }").code(),
            absl::StatusCode::kInvalidArgument);
}

TEST(CompileKernelTest, AnOpThatDoesNotLowerIsAnErrorThatNamesTheStage) {
  // tensor.pack has no bufferization; a schedule must lower its packs.
  const absl::Status status = ErrorOf(R"mlir(
func.func @pack(%a: tensor<8x8xf32> {bufferization.writable = false},
                %out: tensor<2x8x4xf32> {bufferization.writable = true})
    -> tensor<2x8x4xf32> {
  %packed = tensor.pack %a inner_dims_pos = [0] inner_tiles = [4] into %out
      : tensor<8x8xf32> -> tensor<2x8x4xf32>
  return %packed : tensor<2x8x4xf32>
})mlir");
  EXPECT_EQ(status.code(), absl::StatusCode::kInternal);
  EXPECT_THAT(std::string(status.message()), HasSubstr("bufferization"));
  EXPECT_THAT(std::string(status.message()), HasSubstr("tensor.pack"));
}

TEST(CompileKernelTest, AnErrorDoesNotLeakIntoTheNextCompilation) {
  ASSERT_FALSE(ErrorOf("func.func @f(%a: tensor<4xi32>) -> tensor<4xi32> {"
                       " return %a : tensor<4xi32> }")
                   .ok());
  EXPECT_NE(Compile(kSquare), nullptr);
  EXPECT_THAT(Context().TakeDiagnostics(), Not(HasSubstr("error")));
}

}  // namespace
}  // namespace weft
