// Parallel loops become threads, and threads compute what one of them computes.
#include <dlfcn.h>

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/actor/worker/lowering/compile_text.h"

namespace weft {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

// a * a + a, with a buffer that each iteration fills for itself: were it shared,
// threads would read each other's numbers.
constexpr char kParallel[] = R"mlir(
func.func @parallel(%a: tensor<64x1024xf32> {bufferization.writable = false},
                    %out: tensor<64x1024xf32> {bufferization.writable = true})
    -> tensor<64x1024xf32> {
  %result = scf.forall (%i) in (64) shared_outs(%acc = %out) -> (tensor<64x1024xf32>) {
    %row = tensor.extract_slice %a[%i, 0] [1, 1024] [1, 1]
        : tensor<64x1024xf32> to tensor<1x1024xf32>
    %private = tensor.empty() : tensor<1x1024xf32>
    %square = linalg.square ins(%row : tensor<1x1024xf32>)
        outs(%private : tensor<1x1024xf32>) -> tensor<1x1024xf32>
    %home = tensor.extract_slice %acc[%i, 0] [1, 1024] [1, 1]
        : tensor<64x1024xf32> to tensor<1x1024xf32>
    %sum = linalg.add ins(%square, %row : tensor<1x1024xf32>, tensor<1x1024xf32>)
        outs(%home : tensor<1x1024xf32>) -> tensor<1x1024xf32>
    scf.forall.in_parallel {
      tensor.parallel_insert_slice %sum into %acc[%i, 0] [1, 1024] [1, 1]
          : tensor<1x1024xf32> into tensor<64x1024xf32>
    }
  }
  return %result : tensor<64x1024xf32>
})mlir";

TEST(ThreadsTest, AForallIsALoopForOneThreadAndCallsOpenMpForTwo) {
  EXPECT_THAT(KernelAssembly(Context(), Parse(kParallel)).value(),
              Not(HasSubstr("__kmpc_fork_call")));
  const absl::StatusOr<std::string> two =
      KernelAssembly(Context(), Parse(kParallel), 2);
  ASSERT_TRUE(two.ok()) << two.status();
  EXPECT_THAT(*two, HasSubstr("__kmpc_fork_call"));
  EXPECT_THAT(*two, HasSubstr("__kmpc_push_num_threads"));
}

TEST(ThreadsTest, ThreadsComputeWhatOneThreadComputes) {
  ASSERT_NE(dlopen("libomp.so.5", RTLD_NOW | RTLD_GLOBAL), nullptr) << dlerror();
  absl::StatusOr<std::unique_ptr<Kernel>> kernel =
      CompileKernel(Context(), Parse(kParallel), 4);
  ASSERT_TRUE(kernel.ok()) << kernel.status();
  const Data<float> in(64 * 1024, 1);
  const Data<float> out(64 * 1024, 2);
  void* const buffers[] = {in.get(), out.get()};
  for (int run = 0; run < 20; ++run) {
    std::fill_n(static_cast<float*>(out.get()), out.size(), -7.0f);
    (*kernel)->Run(buffers);
    for (size_t i = 0; i < out.size(); ++i) {
      ASSERT_FLOAT_EQ(out[i], in[i] * in[i] + in[i]) << "element " << i;
    }
  }
}

TEST(ThreadsTest, AProgramWithoutParallelLoopsNeedsNoRuntime) {
  EXPECT_THAT(KernelAssembly(Context(), Parse(ReadProgram("matmul.mlir")), 2).value(),
              Not(HasSubstr("__kmpc")));
}

}  // namespace
}  // namespace weft
