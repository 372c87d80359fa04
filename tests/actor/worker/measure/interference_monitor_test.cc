#include "actor/worker/measure/interference_monitor.h"

#include <unistd.h>

#include <fstream>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace weft {
namespace {

using ::testing::ElementsAre;

bool Has(const InterferenceSet& set, Interference interference) {
  return set[static_cast<int>(interference)];
}

TEST(InterferenceMonitorTest, WithoutAPastTheFirstLookDefinesWhatIsNormal) {
  InterferenceMonitor monitor(SentinelTimes(), -1);
  EXPECT_EQ(monitor.best().compute, 0);
  monitor.Begin();
  EXPECT_GT(monitor.best().compute, 0);
  EXPECT_GT(monitor.best().memory, 0);
}

TEST(InterferenceMonitorTest, SentinelsFarBelowTheirBestAreInterference) {
  InterferenceMonitor monitor({1e-9, 1e-9}, -1);
  monitor.Begin();
  const InterferenceSet seen = monitor.End();
  EXPECT_TRUE(Has(seen, Interference::kSlowCompute));
  EXPECT_TRUE(Has(seen, Interference::kSlowMemory));
  EXPECT_FALSE(Has(seen, Interference::kPreempted));
  EXPECT_EQ(monitor.best().compute, 1e-9);
}

TEST(InterferenceMonitorTest, MemoryThatNobodyAsksForIsNotWatched) {
  InterferenceMonitor monitor({1, 1e-9}, -1, /*watch_memory=*/false);
  monitor.Begin();
  EXPECT_FALSE(Has(monitor.End(), Interference::kSlowMemory));
  EXPECT_EQ(monitor.best().memory, 1e-9);
}

TEST(InterferenceMonitorTest, ABetterTimeThanTheBestBecomesTheBest) {
  InterferenceMonitor monitor({1, 1}, -1);
  monitor.Begin();
  EXPECT_LT(monitor.best().compute, 1e-2);
  EXPECT_LT(monitor.best().memory, 1e-1);
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

TEST_F(SentinelFileTest, BestTimesAreReadBackAndSlowlyForgotten) {
  WriteBestSentinel(path_, {1e-5, 4e-5}, /*memory_ran=*/true);
  const SentinelTimes best = ReadBestSentinel(path_);
  EXPECT_GT(best.compute, 1e-5);
  EXPECT_LT(best.compute, 1.01e-5);
  EXPECT_GT(best.memory, 4e-5);
  EXPECT_LT(best.memory, 4.04e-5);
}

TEST_F(SentinelFileTest, AMemoryTimeIsKeptWhereItsLoopDidNotRun) {
  WriteBestSentinel(path_, {1e-5, 4e-5}, /*memory_ran=*/false);
  EXPECT_EQ(ReadBestSentinel(path_).memory, 4e-5);
}

TEST_F(SentinelFileTest, NothingIsKnownFromNoFileAnotherBootOrNonsense) {
  EXPECT_EQ(ReadBestSentinel(path_).compute, 0);
  std::ofstream(path_) << "another-boot 1e-5 4e-5\n";
  EXPECT_EQ(ReadBestSentinel(path_).compute, 0);
  std::ofstream(path_) << "nonsense";
  EXPECT_EQ(ReadBestSentinel(path_).memory, 0);
}

}  // namespace
}  // namespace weft
