#include "actor/worker/measure/interference_monitor.h"

#include <unistd.h>

#include <fstream>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace weft {
namespace {

using ::testing::ElementsAre;

bool Has(const InterferenceSet& set, Interference interference) {
  return set[static_cast<int>(interference)];
}

TEST(InterferenceMonitorTest, WithoutAPastItsOwnLooksDefineWhatIsNormal) {
  InterferenceMonitor monitor(SentinelTimes(), -1);
  EXPECT_EQ(monitor.normal().compute, 0);
  CoreLooks looks;
  monitor.CoreIsSlow(&looks);
  monitor.Begin();
  EXPECT_GE(looks.compute.size(), 20u) << "one look is no standard";
  EXPECT_GT(monitor.normal().compute, 0);
  EXPECT_GT(monitor.normal().issue, 0);
  EXPECT_GT(monitor.normal().memory, 0);
}

bool CoreIsSlow(const SentinelTimes& normal, CoreLooks looks = CoreLooks()) {
  return InterferenceMonitor(normal, -1).CoreIsSlow(&looks);
}

TEST(InterferenceMonitorTest, EitherSentinelOfTheCoreTellsThatItIsSlow) {
  EXPECT_TRUE(CoreIsSlow({1e-9, 1, 1}));
  EXPECT_TRUE(CoreIsSlow({1, 1e-9, 1}));
}

TEST(InterferenceMonitorTest, ACoreIsSlowThatWasFasterForThisKernel) {
  const std::vector<double> fast(20, 1e-9), slow(20, 1);
  EXPECT_TRUE(CoreIsSlow({1, 1, 1}, {fast, slow}));
  EXPECT_TRUE(CoreIsSlow({1, 1, 1}, {slow, fast}));
  EXPECT_FALSE(CoreIsSlow({1, 1, 1}, {slow, slow}));
}

TEST(InterferenceMonitorTest, OnlyTheLatestLooksAreKept) {
  InterferenceMonitor monitor({1, 1, 1}, -1);
  CoreLooks looks;
  for (int i = 0; i < 600; ++i) monitor.CoreIsSlow(&looks);
  EXPECT_LE(looks.compute.size(), 256u);
  EXPECT_LE(looks.issue.size(), 256u);
}

TEST(InterferenceMonitorTest, AMemorySentinelFarSlowerThanNormalIsInterference) {
  InterferenceMonitor monitor({1, 1, 1e-9}, -1);
  monitor.Begin();
  const InterferenceSet seen = monitor.End();
  EXPECT_TRUE(Has(seen, Interference::kSlowMemory));
  EXPECT_FALSE(Has(seen, Interference::kPreempted));
  EXPECT_EQ(monitor.normal().memory, 1e-9);
}

TEST(InterferenceMonitorTest, MemoryThatNobodyAsksForIsNotWatched) {
  InterferenceMonitor monitor({1, 1, 1e-9}, -1, /*watch_memory=*/false);
  monitor.Begin();
  EXPECT_FALSE(Has(monitor.End(), Interference::kSlowMemory));
  EXPECT_EQ(monitor.normal().memory, 1e-9);
}

TEST(InterferenceMonitorTest, WhatIsFasterThanNormalIsTheNewNormal) {
  InterferenceMonitor monitor({1, 1, 1}, -1);
  monitor.Begin();
  CoreLooks looks;
  monitor.CoreIsSlow(&looks);
  EXPECT_FALSE(Any(monitor.End()));
  EXPECT_LT(monitor.normal().compute, 1e-2);
  EXPECT_LT(monitor.normal().issue, 1e-2);
  EXPECT_LT(monitor.normal().memory, 1e-1);
}

TEST(UndisturbedTest, IsWhatATenthOfTheLooksBeat) {
  std::vector<double> looks = {8, 9};
  for (int i = 0; i < 18; ++i) looks.push_back(10 + i);
  EXPECT_EQ(Undisturbed(looks), 10);
  EXPECT_EQ(Undisturbed({11, 10}), 10);
}

TEST(InterferenceMonitorTest, ThePressureIsAShare) {
  const InterferenceMonitor monitor(SentinelTimes(), -1);
  EXPECT_GE(monitor.cpu_pressure(), 0);
  EXPECT_LE(monitor.cpu_pressure(), 1);
}

TEST(RejectionsTest, CountEachReasonOfASample) {
  Rejections rejections;
  rejections.Add({true, false, true, false}, 3);
  rejections.Add({true, false, false, false}, 2);
  EXPECT_EQ(rejections.samples, 5);
  EXPECT_THAT(rejections.reasons, ElementsAre(5, 0, 3, 0));
}

class SentinelFileTest : public ::testing::Test {
 protected:
  SentinelFileTest()
      : path_(::testing::TempDir() + "weft-sentinel." + std::to_string(getpid())) {}
  ~SentinelFileTest() override { unlink(path_.c_str()); }
  const std::string path_;
};

TEST_F(SentinelFileTest, TimesAreReadBackAndSlowlyForgotten) {
  WriteNormalSentinel(path_, {1e-5, 2e-5, 4e-5}, /*memory_ran=*/true);
  const SentinelTimes normal = ReadNormalSentinel(path_);
  EXPECT_GT(normal.compute, 1e-5);
  EXPECT_LT(normal.compute, 1.01e-5);
  EXPECT_GT(normal.issue, 2e-5);
  EXPECT_LT(normal.issue, 2.02e-5);
  EXPECT_GT(normal.memory, 4e-5);
  EXPECT_LT(normal.memory, 4.04e-5);
}

TEST_F(SentinelFileTest, AMemoryTimeIsKeptWhereItsLoopDidNotRun) {
  WriteNormalSentinel(path_, {1e-5, 2e-5, 4e-5}, /*memory_ran=*/false);
  EXPECT_EQ(ReadNormalSentinel(path_).memory, 4e-5);
}

TEST_F(SentinelFileTest, NothingIsKnownFromNoFileAnotherBootOrNonsense) {
  EXPECT_EQ(ReadNormalSentinel(path_).compute, 0);
  std::ofstream(path_) << "another-boot 1e-5 2e-5 4e-5\n";
  EXPECT_EQ(ReadNormalSentinel(path_).compute, 0);
  std::ofstream(path_) << "nonsense";
  EXPECT_EQ(ReadNormalSentinel(path_).memory, 0);
}

}  // namespace
}  // namespace weft
