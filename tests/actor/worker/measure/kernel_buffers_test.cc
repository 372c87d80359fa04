#include "actor/worker/measure/kernel_buffers.h"

#include <cmath>
#include <cstdint>
#include <set>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace weft {
namespace {

using ::testing::HasSubstr;

const std::vector<KernelArgument> kArguments = {{1001, 4, false}, {77, 8, true}};

float* Floats(const KernelBuffers& buffers, size_t argument) {
  return static_cast<float*>(buffers.pointers()[argument]);
}

TEST(KernelBuffersTest, EveryBufferIsAlignedForTheWidestVectors) {
  const KernelBuffers buffers(kArguments);
  for (size_t i = 0; i < kArguments.size(); ++i) {
    EXPECT_EQ(reinterpret_cast<uintptr_t>(buffers.data(i)) % 64, 0u);
  }
}

TEST(KernelBuffersTest, InputsAreRandomInTheUnitIntervalAndNeverConstant) {
  const KernelBuffers buffers(kArguments);
  std::set<float> values;
  double sum = 0;
  for (int i = 0; i < 1001; ++i) {
    const float value = Floats(buffers, 0)[i];
    ASSERT_LE(std::abs(value), 1);
    values.insert(value);
    sum += value;
  }
  EXPECT_GT(values.size(), 990u);
  EXPECT_LT(std::abs(sum / 1001), 0.1);
}

TEST(KernelBuffersTest, TwoInputsHaveDifferentNumbers) {
  const KernelBuffers buffers({{100, 4, false}, {100, 4, false}});
  int equal = 0;
  for (int i = 0; i < 100; ++i) {
    equal += Floats(buffers, 0)[i] == Floats(buffers, 1)[i] ? 1 : 0;
  }
  EXPECT_LT(equal, 5);
}

TEST(KernelBuffersTest, EveryProcessSeesTheSameNumbers) {
  const KernelBuffers first(kArguments);
  const KernelBuffers second(kArguments);
  for (int i = 0; i < 1001; ++i) {
    ASSERT_EQ(Floats(first, 0)[i], Floats(second, 0)[i]);
  }
}

TEST(KernelBuffersTest, OutputsStartAsWhatNoInputIs) {
  const KernelBuffers buffers(kArguments);
  const auto* output = static_cast<const double*>(buffers.data(1));
  for (int i = 0; i < 77; ++i) EXPECT_LE(output[i], -7);
  EXPECT_NE(output[0], output[1]);
}

TEST(KernelBuffersTest, WritingToAnOutputIsFine) {
  const KernelBuffers buffers(kArguments);
  static_cast<double*>(buffers.pointers()[1])[76] = 3;
  EXPECT_TRUE(buffers.CheckUntouched().ok());
}

TEST(KernelBuffersTest, AChangedInputIsFound) {
  const KernelBuffers buffers(kArguments);
  Floats(buffers, 0)[500] += 1;
  EXPECT_THAT(std::string(buffers.CheckUntouched().message()),
              HasSubstr("element 500 of its input, argument 0"));
}

TEST(KernelBuffersTest, AWriteRightBehindABufferIsFound) {
  const KernelBuffers buffers(kArguments);
  static_cast<unsigned char*>(buffers.pointers()[1])[77 * 8] = 0;
  EXPECT_THAT(std::string(buffers.CheckUntouched().message()),
              HasSubstr("outside the buffer of argument 1"));
}

TEST(KernelBuffersTest, AWriteRightBeforeABufferIsFound) {
  const KernelBuffers buffers(kArguments);
  static_cast<unsigned char*>(buffers.pointers()[0])[-1] = 0;
  EXPECT_FALSE(buffers.CheckUntouched().ok());
}

}  // namespace
}  // namespace weft
