// Programs become machine code that computes what a loop written by hand computes.
#include "actor/worker/lowering/kernel.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <sstream>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "llvm/TargetParser/Host.h"
#include "mlir/Dialect/Transform/Transforms/TransformInterpreterUtils.h"
#include "tests/actor/worker/lowering/compile_text.h"

namespace weft {
namespace {

TEST(CompileKernelTest, MatmulEqualsANaiveLoop) {
  const std::unique_ptr<Kernel> kernel = Compile(ReadProgram("matmul.mlir"));
  const Data<float> a(48 * 80, 1);
  const Data<float> b(80 * 64, 2);
  Data<float> expected(48 * 64);
  const Data<float> actual(48 * 64, 3);
  NaiveMatmul(a, b, 48, 64, 80, &expected);
  void* const buffers[] = {a.get(), b.get(), actual.get()};
  kernel->Run(buffers);
  EXPECT_LT(LargestDifference(expected, actual), 1e-4);
}

TEST(CompileKernelTest, MatmulWithBiasAndReluEqualsANaiveLoop) {
  const std::unique_ptr<Kernel> kernel = Compile(ReadProgram("matmul_bias_relu.mlir"));
  const Data<float> a(48 * 80, 1);
  const Data<float> b(80 * 64, 2);
  const Data<float> bias(64, 3);
  Data<float> expected(48 * 64);
  const Data<float> actual(48 * 64, 4);
  NaiveMatmul(a, b, 48, 64, 80, &expected);
  for (size_t i = 0; i < expected.size(); ++i) {
    expected[i] = std::max(expected[i] + bias[i % 64], 0.0f);
  }
  void* const buffers[] = {a.get(), b.get(), bias.get(), actual.get()};
  kernel->Run(buffers);
  EXPECT_LT(LargestDifference(expected, actual), 1e-4);
}

constexpr char kConv[] = R"mlir(
func.func @conv(%image: tensor<1x10x10x3xf32> {bufferization.writable = false},
                %filter: tensor<3x3x3x8xf32> {bufferization.writable = false},
                %out: tensor<1x8x8x8xf32> {bufferization.writable = true})
    -> tensor<1x8x8x8xf32> {
  %zero = arith.constant 0.0 : f32
  %filled = linalg.fill ins(%zero : f32) outs(%out : tensor<1x8x8x8xf32>)
      -> tensor<1x8x8x8xf32>
  %result = linalg.conv_2d_nhwc_hwcf
      ins(%image, %filter : tensor<1x10x10x3xf32>, tensor<3x3x3x8xf32>)
      outs(%filled : tensor<1x8x8x8xf32>) -> tensor<1x8x8x8xf32>
  return %result : tensor<1x8x8x8xf32>
})mlir";

TEST(CompileKernelTest, ConvolutionEqualsANaiveLoop) {
  const std::unique_ptr<Kernel> kernel = Compile(kConv);
  const Data<float> image(10 * 10 * 3, 1);
  const Data<float> filter(3 * 3 * 3 * 8, 2);
  Data<float> expected(8 * 8 * 8);
  const Data<float> actual(8 * 8 * 8, 3);
  for (size_t h = 0; h < 8; ++h) {
    for (size_t w = 0; w < 8; ++w) {
      for (size_t f = 0; f < 8; ++f) {
        float sum = 0;
        for (size_t i = 0; i < 3; ++i) {
          for (size_t j = 0; j < 3; ++j) {
            for (size_t c = 0; c < 3; ++c) {
              sum += image[((h + i) * 10 + w + j) * 3 + c] *
                     filter[((i * 3 + j) * 3 + c) * 8 + f];
            }
          }
        }
        expected[(h * 8 + w) * 8 + f] = sum;
      }
    }
  }
  void* const buffers[] = {image.get(), filter.get(), actual.get()};
  kernel->Run(buffers);
  EXPECT_LT(LargestDifference(expected, actual), 1e-4);
}

int CountLines(const std::string& text, const char* first, const char* second) {
  std::istringstream lines(text);
  int count = 0;
  for (std::string line; std::getline(lines, line);) {
    count +=
        line.find(first) != std::string::npos && line.find(second) != std::string::npos
            ? 1
            : 0;
  }
  return count;
}

TEST(CompileKernelTest, AVectorizedMatmulEqualsANaiveLoop) {
  // The sequence of a schedule that ends in outer products of 4 x 16.
  const auto schedule = Parse(R"mlir(
module attributes {transform.with_named_sequence} {
  transform.named_sequence @__transform_main(%module: !transform.any_op) {
    %matmul = transform.structured.match ops{["linalg.matmul"]} in %module
        : (!transform.any_op) -> !transform.any_op
    %tile, %loops:3 = transform.structured.tile_using_for %matmul tile_sizes [4, 16, 4]
        : (!transform.any_op) -> (!transform.any_op, !transform.any_op,
                                  !transform.any_op, !transform.any_op)
    transform.structured.vectorize %tile : !transform.any_op
    %function = transform.structured.match ops{["func.func"]} in %module
        : (!transform.any_op) -> !transform.any_op
    transform.apply_patterns to %function {
      transform.apply_patterns.vector.reduction_to_contract
      transform.apply_patterns.vector.transfer_permutation_patterns
    } : !transform.any_op
    transform.yield
  }
})mlir");
  const auto transformed = [&] {
    auto module = Parse(ReadProgram("matmul.mlir"));
    auto entry = mlir::transform::detail::findTransformEntryPoint(*module, *schedule);
    EXPECT_TRUE(mlir::succeeded(mlir::transform::applyTransformNamedSequence(
        *module, entry, *schedule, mlir::transform::TransformOptions())));
    return module;
  };
  auto kernel = CompileKernel(Context(), transformed());
  ASSERT_TRUE(kernel.ok()) << kernel.status();
  const Data<float> a(48 * 80, 1);
  const Data<float> b(80 * 64, 2);
  Data<float> expected(48 * 64);
  const Data<float> actual(48 * 64, 3);
  NaiveMatmul(a, b, 48, 64, 80, &expected);
  void* const buffers[] = {a.get(), b.get(), actual.get()};
  (*kernel)->Run(buffers);
  EXPECT_LT(LargestDifference(expected, actual), 1e-4);

  // 16 floats are one register where the CPU has AVX-512, else two of AVX2.
  const std::string assembly = KernelAssembly(Context(), transformed()).value();
  const auto features = llvm::sys::getHostCPUFeatures();
  const char* registers = features.lookup("avx512f") ? "%zmm" : "%ymm";
  if (features.lookup("fma")) {
    EXPECT_GT(CountLines(assembly, "vfmadd", registers), 8);
  }
}

TEST(CompileKernelTest, DoublesAreComputedAsDoubles) {
  const std::unique_ptr<Kernel> kernel = Compile(R"mlir(
func.func @f64(%a: tensor<6x7xf64> {bufferization.writable = false},
               %b: tensor<7x5xf64> {bufferization.writable = false},
               %out: tensor<6x5xf64> {bufferization.writable = true}) -> tensor<6x5xf64> {
  %zero = arith.constant 0.0 : f64
  %filled = linalg.fill ins(%zero : f64) outs(%out : tensor<6x5xf64>) -> tensor<6x5xf64>
  %result = linalg.matmul ins(%a, %b : tensor<6x7xf64>, tensor<7x5xf64>)
                          outs(%filled : tensor<6x5xf64>) -> tensor<6x5xf64>
  return %result : tensor<6x5xf64>
})mlir");
  const Data<double> a(42, 1);
  const Data<double> b(35, 2);
  Data<double> expected(30);
  const Data<double> actual(30, 3);
  NaiveMatmul(a, b, 6, 5, 7, &expected);
  void* const buffers[] = {a.get(), b.get(), actual.get()};
  kernel->Run(buffers);
  EXPECT_LT(LargestDifference(expected, actual), 1e-14);
  EXPECT_EQ(kernel->arguments()[0].element_bytes, 8);
}

// What a vectorized generic spells out as a product and a sum is rounded once.
TEST(CompileKernelTest, AProductAndASumAreOneMultiplyAdd) {
  if (!llvm::sys::getHostCPUFeatures().lookup("fma")) GTEST_SKIP() << "no FMA";
  const std::unique_ptr<Kernel> kernel = Compile(R"mlir(
#id = affine_map<(i) -> (i)>
func.func @fma(%a: tensor<16xf32> {bufferization.writable = false},
               %b: tensor<16xf32> {bufferization.writable = false},
               %out: tensor<16xf32> {bufferization.writable = true}) -> tensor<16xf32> {
  %result = linalg.generic
      {indexing_maps = [#id, #id, #id], iterator_types = ["parallel"]}
      ins(%a, %b : tensor<16xf32>, tensor<16xf32>) outs(%out : tensor<16xf32>) {
  ^bb0(%x: f32, %y: f32, %z: f32):
    %product = arith.mulf %x, %y : f32
    %sum = arith.addf %product, %z : f32
    linalg.yield %sum : f32
  } -> tensor<16xf32>
  return %result : tensor<16xf32>
})mlir");
  Data<float> factor(16);
  Data<float> out(16);
  for (size_t i = 0; i < 16; ++i) {
    factor[i] = 1 + 0x1p-12f;
    out[i] = -(1 + 0x1p-11f);
  }
  void* const buffers[] = {factor.get(), factor.get(), out.get()};
  kernel->Run(buffers);
  // The product alone would be rounded to 1 + 2^-11, and the sum would be 0.
  for (size_t i = 0; i < 16; ++i) EXPECT_EQ(out[i], 0x1p-24f);
}

// Zeros of either sign are equal, and instructions that tell them apart are not spent.
// A NaN is the maximum of anything.
TEST(CompileKernelTest, AMaximumKeepsNanAndDoesNotSortZeros) {
  const char* program = R"mlir(
#id = affine_map<(i) -> (i)>
func.func @max(%a: tensor<64xf32> {bufferization.writable = false},
               %b: tensor<64xf32> {bufferization.writable = false},
               %out: tensor<64xf32> {bufferization.writable = true}) -> tensor<64xf32> {
  %result = linalg.generic
      {indexing_maps = [#id, #id, #id], iterator_types = ["parallel"]}
      ins(%a, %b : tensor<64xf32>, tensor<64xf32>) outs(%out : tensor<64xf32>) {
  ^bb0(%x: f32, %y: f32, %z: f32):
    %larger = arith.maximumf %x, %y : f32
    linalg.yield %larger : f32
  } -> tensor<64xf32>
  return %result : tensor<64xf32>
})mlir";
  const std::unique_ptr<Kernel> kernel = Compile(program);
  Data<float> a(64, 1);
  Data<float> b(64, 2);
  Data<float> out(64);
  a[0] = std::numeric_limits<float>::quiet_NaN();
  b[1] = std::numeric_limits<float>::quiet_NaN();
  a[2] = 0.0f;
  b[2] = -0.0f;
  void* const buffers[] = {a.get(), b.get(), out.get()};
  kernel->Run(buffers);
  EXPECT_TRUE(std::isnan(out[0]));
  EXPECT_TRUE(std::isnan(out[1]));
  EXPECT_EQ(out[2], 0.0f);
  for (size_t i = 3; i < 64; ++i) EXPECT_EQ(out[i], std::max(a[i], b[i]));
  if (!llvm::sys::getHostCPUFeatures().lookup("avx512f")) return;
  const std::string assembly = KernelAssembly(Context(), Parse(program)).value();
  EXPECT_GT(CountLines(assembly, "vmaxps", ""), 0);
  EXPECT_EQ(CountLines(assembly, "vblendmps", ""), 0) << assembly;
}

TEST(CompileKernelTest, SoftmaxIsAsGoodAsTheMathLibrarys) {
  const std::unique_ptr<Kernel> kernel = Compile(ReadProgram("softmax.mlir"));
  const KernelArgument& input = kernel->arguments()[0];
  const Data<float> in(static_cast<size_t>(input.elements), 1);
  const Data<float> out(in.size(), 2);
  std::vector<void*> buffers = {in.get(), out.get()};
  ASSERT_EQ(kernel->arguments().size(), 2u);
  kernel->Run(buffers.data());
  // Rows of probabilities sum to one, whatever the number of columns is.
  double sum = 0;
  double largest = 0;
  for (size_t i = 0; i < out.size(); ++i) {
    sum += out[i];
    largest = std::max(largest, static_cast<double>(out[i]));
    ASSERT_GT(out[i], 0);
  }
  EXPECT_NEAR(sum, std::round(sum), 1e-3);
  EXPECT_LT(largest, 1);
  // Two elements of a row are to each other as the exponentials of their inputs.
  EXPECT_NEAR(std::log(out[0] / out[1]), in[0] - in[1], 1e-5);
}

}  // namespace
}  // namespace weft
