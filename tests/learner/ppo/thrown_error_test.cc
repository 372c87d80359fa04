#include "learner/ppo/thrown_error.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

#include "absl/status/statusor.h"

namespace weft {
namespace {

TEST(ThrownError, IsTheFirstLineOfWhatWasThrown) {
  const absl::StatusOr<int> result = OrThrownError([]() -> absl::StatusOr<int> {
    throw std::runtime_error("CUDA out of memory\nat 0x1234 in libc10.so");
  });
  EXPECT_EQ(result.status(), absl::InternalError("CUDA out of memory"));
}

TEST(ThrownError, LeavesWhatIsReturnedAsItIs) {
  EXPECT_EQ(OrThrownError([]() -> absl::StatusOr<int> { return 3; }).value(), 3);
  EXPECT_EQ(OrThrownError([] { return absl::DataLossError("cut off"); }),
            absl::DataLossError("cut off"));
}

}  // namespace
}  // namespace weft
