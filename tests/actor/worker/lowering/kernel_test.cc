// Programs become machine code that computes what a loop written by hand computes.
#include "actor/worker/lowering/kernel.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <random>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "llvm/TargetParser/Host.h"
#include "mlir/Dialect/Transform/Transforms/TransformInterpreterUtils.h"
#include "mlir/Parser/Parser.h"

namespace weft {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

CompilerContext& Context() {
  static CompilerContext* context = new CompilerContext;
  return *context;
}

std::string ReadProgram(const std::string& name) {
  const char* source = std::getenv("WEFT_SOURCE_DIR");
  std::ifstream file(std::string(source ? source : ".") + "/tests/programs/" + name);
  EXPECT_TRUE(file) << name;
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

mlir::OwningOpRef<mlir::ModuleOp> Parse(const std::string& text) {
  auto module = mlir::parseSourceString<mlir::ModuleOp>(
      text, mlir::ParserConfig(Context().mlir()));
  EXPECT_TRUE(module) << Context().TakeDiagnostics();
  return module;
}

std::unique_ptr<Kernel> Compile(const std::string& text) {
  absl::StatusOr<std::unique_ptr<Kernel>> kernel =
      CompileKernel(Context(), Parse(text));
  EXPECT_TRUE(kernel.ok()) << kernel.status();
  return kernel.ok() ? std::move(*kernel) : nullptr;
}

// Aligned data of one argument, filled with random numbers of [-1, 1].
template <typename Element>
class Data {
 public:
  explicit Data(size_t size, unsigned seed = 0)
      : size_(size),
        elements_(static_cast<Element*>(
            std::aligned_alloc(64, (size * sizeof(Element) / 64 + 1) * 64))) {
    std::mt19937 generator(seed);
    std::uniform_real_distribution<Element> distribution(-1, 1);
    for (size_t i = 0; i < size_; ++i) elements_[i] = distribution(generator);
  }
  ~Data() { std::free(elements_); }
  Data(const Data&) = delete;
  Data& operator=(const Data&) = delete;

  Element& operator[](size_t i) { return elements_[i]; }
  Element operator[](size_t i) const { return elements_[i]; }
  void* get() const { return elements_; }
  size_t size() const { return size_; }

 private:
  size_t size_;
  Element* elements_;
};

template <typename Element>
double LargestDifference(const Data<Element>& a, const Data<Element>& b) {
  double largest = 0;
  for (size_t i = 0; i < a.size(); ++i) {
    largest = std::max(largest, std::abs(static_cast<double>(a[i] - b[i])));
  }
  return largest;
}

template <typename Element>
void NaiveMatmul(const Data<Element>& a, const Data<Element>& b, size_t m, size_t n,
                 size_t k, Data<Element>* c) {
  for (size_t i = 0; i < m; ++i) {
    for (size_t j = 0; j < n; ++j) {
      Element sum = 0;
      for (size_t l = 0; l < k; ++l) sum += a[i * k + l] * b[l * n + j];
      (*c)[i * n + j] = sum;
    }
  }
}

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

TEST(CompileKernelTest, ArgumentsThatAreReturnedStayTheOnlyOutputs) {
  EXPECT_THAT(
      Compile(ReadProgram("matmul.mlir"))->arguments(),
      ElementsAre(KernelArgument{48 * 80, 4, false}, KernelArgument{80 * 64, 4, false},
                  KernelArgument{48 * 64, 4, true}));
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
