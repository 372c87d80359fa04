#include "common/wire/crc32c.h"

#include <string>

#include "gtest/gtest.h"

namespace weft {
namespace {

// Test vectors of RFC 3720, appendix B.4.
TEST(Crc32cTest, AgreesWithThePublishedVectors) {
  std::string ascending;
  for (int i = 0; i < 32; ++i) ascending.push_back(static_cast<char>(i));
  EXPECT_EQ(Crc32c(std::string(32, '\0')), 0x8a9136aau);
  EXPECT_EQ(Crc32c(std::string(32, '\xff')), 0x62a8ab43u);
  EXPECT_EQ(Crc32c(ascending), 0x46dd794eu);
  EXPECT_EQ(Crc32c("123456789"), 0xe3069283u);
}

TEST(Crc32cTest, GoesOnWhereItLeftOffForEverySplit) {
  const std::string bytes = "a trajectory, cut in two at every place there is";
  for (size_t cut = 0; cut <= bytes.size(); ++cut) {
    EXPECT_EQ(Crc32c(bytes.substr(cut), Crc32c(bytes.substr(0, cut))), Crc32c(bytes));
  }
}

}  // namespace
}  // namespace weft
