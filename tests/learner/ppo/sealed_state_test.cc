#include "learner/ppo/sealed_state.h"

#include <gtest/gtest.h>

namespace weft {
namespace {

TEST(SealedState, GivesBackThePayload) {
  const std::string payload("any\0bytes\n", 10);
  const absl::StatusOr<std::string> unsealed = Unseal(Seal(payload));
  ASSERT_TRUE(unsealed.ok()) << unsealed.status();
  EXPECT_EQ(*unsealed, payload);
  EXPECT_EQ(*Unseal(Seal("")), "");
}

TEST(SealedState, NoticesEveryFlippedBit) {
  const std::string sealed = Seal("the payload");
  for (size_t i = 0; i < sealed.size(); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string damaged = sealed;
      damaged[i] = static_cast<char>(damaged[i] ^ (1 << bit));
      EXPECT_EQ(Unseal(damaged).status().code(), absl::StatusCode::kDataLoss)
          << "byte " << i << ", bit " << bit;
    }
  }
}

TEST(SealedState, NoticesEveryTruncationAndBytesTooMany) {
  const std::string sealed = Seal("the payload");
  for (size_t size = 0; size < sealed.size(); ++size) {
    EXPECT_EQ(Unseal(sealed.substr(0, size)).status().code(),
              absl::StatusCode::kDataLoss);
  }
  EXPECT_EQ(Unseal(sealed + "x").status().code(), absl::StatusCode::kDataLoss);
}

}  // namespace
}  // namespace weft
