#include "common/policy/blas_check.h"

#include <limits>
#include <vector>

#include "common/policy/torch_threads.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace weft {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(BlasCheck, AcceptsTheBlasOfThisMachine) {
  SetTorchThreads(1);
  const absl::Status status = CheckBlas();
  EXPECT_TRUE(status.ok()) << status;
}

TEST(BlasCheck, FindsOneWrongEntryOfAProduct) {
  const std::vector<float> a = {1, 2, 3, 4};
  const std::vector<float> b = {-5, 6, 7, 8};
  const std::vector<float> product = {9, 22, 13, 50};
  std::mt19937_64 random(1);
  EXPECT_TRUE(IsProduct(product.data(), a.data(), b.data(), 2, random));
  for (const float wrong : {1.0F, std::numeric_limits<float>::quiet_NaN(),
                            std::numeric_limits<float>::infinity()}) {
    std::vector<float> c = product;
    c[2] = wrong;
    EXPECT_FALSE(IsProduct(c.data(), a.data(), b.data(), 2, random)) << wrong;
  }
}

TEST(BlasCheck, ASlowBlasIsAnAdviceThatNamesTheFixAndNoError) {
  SetTorchThreads(1);
  EXPECT_THAT(SlowBlasAdvice(/*slowest_gflops=*/1e9, absl::ZeroDuration()),
              HasSubstr("apt-get install libopenblas0-pthread"));
  EXPECT_THAT(SlowBlasAdvice(/*slowest_gflops=*/1e-9), IsEmpty());
}

}  // namespace
}  // namespace weft
