#include "cli/train/progress.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace weft {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

v1::GetStatusResponse Running() {
  v1::GetStatusResponse status;
  status.set_iteration(5);
  status.set_target_iterations(20);
  status.set_episodes(160);
  status.set_episodes_per_second(4.25);
  status.set_mean_speedup(5.1);
  status.set_best_geomean_speedup(8.3);
  status.set_connected_actors(1);
  status.set_eta_seconds(130);
  return status;
}

TEST(ProgressLineTest, ShowsWhereTheRunIsAndHowLongItTakes) {
  const std::string line = ProgressLine(Running());
  EXPECT_THAT(line, HasSubstr("iter 5/20 | 160 episodes (4.2/s)"));
  EXPECT_THAT(line, HasSubstr("speed-up 5.10x, best 8.30x"));
  EXPECT_THAT(line, HasSubstr("0 failed"));
  EXPECT_THAT(line, HasSubstr("2m10s left"));
}

TEST(ProgressLineTest, FailuresAreCountedByKind) {
  v1::GetStatusResponse status = Running();
  (*status.mutable_failures())["timed_out"] = 6;
  (*status.mutable_failures())["crashed"] = 1;
  (*status.mutable_failures())["wrong_result"] = 0;
  EXPECT_THAT(ProgressLine(status), HasSubstr("7 failed (crashed 1, timed_out 6)"));
}

TEST(ProgressLineTest, ThereAreNoSpeedUpsBeforeTheFirstIteration) {
  v1::GetStatusResponse status = Running();
  status.set_iteration(0);
  EXPECT_THAT(ProgressLine(status), Not(HasSubstr("speed-up")));
}

TEST(ProgressLineTest, SaysWhenNoActorIsConnected) {
  v1::GetStatusResponse status = Running();
  status.set_connected_actors(0);
  EXPECT_THAT(ProgressLine(status), HasSubstr("waiting for actors"));
}

TEST(HumanDurationTest, UsesTheTwoLargestUnits) {
  EXPECT_EQ(HumanDuration(41.6), "42s");
  EXPECT_EQ(HumanDuration(190), "3m10s");
  EXPECT_EQ(HumanDuration(7500), "2h05m");
}

}  // namespace
}  // namespace weft
