#include "actor/worker/measure/time_bound.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace weft {
namespace {

using ::testing::HasSubstr;

MachineModel Machine() {
  MachineModel machine;
  machine.peak_flops = 100e9;
  machine.cache_bandwidth = 400e9;
  return machine;
}

TEST(TimeBoundTest, ArithmeticBoundsAMatmul) {
  EXPECT_DOUBLE_EQ(FastestPossibleSeconds(115e9, 1, Machine()), 1);
}

TEST(TimeBoundTest, TrafficBoundsACopy) {
  EXPECT_DOUBLE_EQ(FastestPossibleSeconds(0, 460e9, Machine()), 1);
}

TEST(TimeBoundTest, ABandwidthProbedTooLowRefusesNoHonestCopy) {
  MachineModel machine = Machine();
  machine.cache_bandwidth = 10e9;  // Probed beside a busy neighbour.
  EXPECT_EQ(ExplainImpossible(1, 0, 300e9, machine), "");
}

TEST(TimeBoundTest, ATimeAtThePeakIsBelieved) {
  EXPECT_EQ(ExplainImpossible(1, 100e9, 100e9, Machine()), "");
}

TEST(TimeBoundTest, ATimeBeyondThePeakIsRefusedWithTheNumbers) {
  EXPECT_THAT(ExplainImpossible(0.5, 100e9, 1, Machine()),
              HasSubstr("0.5 s is 200 GFLOP/s"));
}

TEST(TimeBoundTest, AMachineThatWasNotProbedRefusesNothing) {
  EXPECT_EQ(ExplainImpossible(1e-9, 1e12, 1e12, MachineModel()), "");
}

}  // namespace
}  // namespace weft
