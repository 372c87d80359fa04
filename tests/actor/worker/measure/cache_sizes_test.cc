#include "actor/worker/measure/cache_sizes.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace weft {
namespace {

class CacheSizesTest : public ::testing::Test {
 protected:
  CacheSizesTest() { std::filesystem::remove_all(folder_); }
  ~CacheSizesTest() override { std::filesystem::remove_all(folder_); }

  void Add(int index, const std::string& level, const std::string& type,
           const std::string& size) const {
    const std::string cache = folder_ + "/index" + std::to_string(index);
    std::filesystem::create_directories(cache);
    std::ofstream(cache + "/level") << level << "\n";
    std::ofstream(cache + "/type") << type << "\n";
    std::ofstream(cache + "/size") << size << "\n";
  }

  const std::string folder_ = ::testing::TempDir() + "weft_cache_sizes";
};

TEST_F(CacheSizesTest, TellsEachLevelAndLeavesInstructionsOut) {
  Add(0, "1", "Data", "48K");
  Add(1, "1", "Instruction", "32K");
  Add(2, "2", "Unified", "1280K");
  Add(3, "3", "Unified", "54M");
  const CacheSizes sizes = ReadCacheSizes(folder_);
  EXPECT_EQ(sizes.l1, 48u << 10);
  EXPECT_EQ(sizes.l2, 1280u << 10);
  EXPECT_EQ(sizes.l3, 54u << 20);
}

TEST_F(CacheSizesTest, WhatIsNotToldOrNotUnderstoodIsNothing) {
  Add(0, "1", "Data", "large");
  Add(1, "2", "Unified", "");
  const CacheSizes sizes = ReadCacheSizes(folder_);
  EXPECT_EQ(sizes.l1, 0u);
  EXPECT_EQ(sizes.l2, 0u);
  EXPECT_EQ(sizes.l3, 0u);
}

TEST_F(CacheSizesTest, LevelsOfThisMachineGrow) {
  const CacheSizes sizes = SystemCacheSizes(0);
  if (sizes.l1 == 0 || sizes.l2 == 0) GTEST_SKIP() << "the system tells nothing";
  EXPECT_GE(sizes.l1, 8u << 10);
  EXPECT_GT(sizes.l2, sizes.l1);
}

}  // namespace
}  // namespace weft
