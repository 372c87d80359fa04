#include "common/wire/trajectory_proto.h"

#include <limits>
#include <random>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/common/wire/example_trajectory.h"

namespace weft {
namespace {

using ::testing::HasSubstr;

std::string ErrorOf(const Trajectory& trajectory) {
  const absl::StatusOr<Trajectory> result = FromProto(ToProto(trajectory));
  EXPECT_EQ(result.status().code(), absl::StatusCode::kInvalidArgument);
  return std::string(result.status().message());
}

TEST(TrajectoryProtoTest, ComesBackAsItWas) {
  const Trajectory trajectory = ExampleTrajectory(7);
  const absl::StatusOr<Trajectory> back = FromProto(ToProto(trajectory));
  ASSERT_TRUE(back.ok()) << back.status();
  EXPECT_EQ(back->schedule(), trajectory.schedule());
  EXPECT_EQ(ToProto(*back).SerializeAsString(),
            ToProto(trajectory).SerializeAsString());
}

TEST(TrajectoryProtoTest, RefusesAnActionThatItsMaskForbids) {
  Trajectory trajectory = ExampleTrajectory(1);
  trajectory.steps[0].action.sizes = {8, 0};  // In the table, not in the mask.
  EXPECT_THAT(ErrorOf(trajectory), HasSubstr("step 0: illegal action tile[8,0]"));
}

TEST(TrajectoryProtoTest, RefusesNumbersThatAreNotFinite) {
  Trajectory trajectory = ExampleTrajectory(1);
  trajectory.steps[1].log_probability = -std::numeric_limits<float>::infinity();
  EXPECT_THAT(ErrorOf(trajectory), HasSubstr("step 1: log probability -inf"));
  trajectory = ExampleTrajectory(1);
  trajectory.steps[1].reward = std::numeric_limits<float>::quiet_NaN();
  EXPECT_THAT(ErrorOf(trajectory), HasSubstr("step 1: reward nan"));
}

TEST(TrajectoryProtoTest, RefusesFiniteNumbersThatWouldOutweighABatch) {
  for (const float probability : {-1001.0f, 0.01f, 1e30f}) {
    Trajectory trajectory = ExampleTrajectory(1);
    trajectory.steps[0].log_probability = probability;
    EXPECT_THAT(ErrorOf(trajectory), HasSubstr("step 0: log probability"));
  }
  for (const float reward : {-101.0f, 101.0f, 1e30f}) {
    Trajectory trajectory = ExampleTrajectory(1);
    trajectory.steps[1].reward = reward;
    EXPECT_THAT(ErrorOf(trajectory), HasSubstr("step 1: reward"));
  }
  Trajectory trajectory = ExampleTrajectory(1);
  trajectory.steps[0].value = -1e20f;
  EXPECT_THAT(ErrorOf(trajectory), HasSubstr("step 0: value"));
}

TEST(TrajectoryProtoTest, TakesTheLeastFailureRewardAndARoundedProbability) {
  Trajectory trajectory = ExampleTrajectory(1);
  trajectory.steps[0].log_probability = 1e-6f;
  trajectory.steps[1].reward = -100;
  EXPECT_TRUE(FromProto(ToProto(trajectory)).ok());
}

TEST(TrajectoryProtoTest, RefusesTooManyStepsAndNone) {
  Trajectory trajectory = ExampleTrajectory(1);
  const Step tile = trajectory.steps[0];
  trajectory.steps.insert(trajectory.steps.begin(), kMaxActions, tile);
  EXPECT_THAT(ErrorOf(trajectory), HasSubstr("12 steps; 1 to 10"));
  trajectory.steps.clear();
  EXPECT_THAT(ErrorOf(trajectory), HasSubstr("0 steps"));
}

TEST(TrajectoryProtoTest, RefusesAProgramNameThatIsAPath) {
  for (const std::string& name : {"../../etc/passwd", "a/b", "", ".hidden"}) {
    Trajectory trajectory = ExampleTrajectory(1);
    trajectory.program = name;
    EXPECT_THAT(ErrorOf(trajectory), HasSubstr("is not the name of a program"));
  }
}

TEST(TrajectoryProtoTest, RefusesATerminalActionBeforeTheEnd) {
  Trajectory trajectory = ExampleTrajectory(1);
  std::swap(trajectory.steps[0], trajectory.steps[1]);
  EXPECT_THAT(ErrorOf(trajectory), HasSubstr("step 0 of 2 is terminal"));
}

TEST(TrajectoryProtoTest, AFailedEpisodeMayEndBeforeATerminalActionAndWithoutTimes) {
  Trajectory trajectory = ExampleTrajectory(1);
  trajectory.steps.pop_back();
  trajectory.measurement = Measurement();
  trajectory.measurement.outcome = Outcome::kWorkerLost;
  trajectory.unscheduled_seconds = 0;
  EXPECT_TRUE(FromProto(ToProto(trajectory)).ok());
  trajectory.measurement = ExampleTrajectory(1).measurement;
  trajectory.unscheduled_seconds = 1;
  EXPECT_THAT(ErrorOf(trajectory), HasSubstr("without a terminal action"));
}

TEST(TrajectoryProtoTest, RefusesASuccessWithoutReferenceTimes) {
  Trajectory trajectory = ExampleTrajectory(1);
  trajectory.unscheduled_seconds = 0;
  EXPECT_THAT(ErrorOf(trajectory), HasSubstr("needs reference times"));
}

// Nothing that arrives may do more than be refused; sanitizers watch the rest.
TEST(TrajectoryProtoTest, SurvivesBytesThatWereFlippedOnTheWay) {
  const std::string good = ToProto(ExampleTrajectory(3)).SerializeAsString();
  std::mt19937_64 random(1);
  int parsed = 0;
  for (int i = 0; i < 2000; ++i) {
    std::string bytes = good;
    for (int flips = 0; flips < 3; ++flips) {
      bytes[random() % bytes.size()] = static_cast<char>(random());
    }
    v1::Trajectory proto;
    if (!proto.ParseFromString(bytes)) continue;
    ++parsed;
    const absl::StatusOr<Trajectory> result = FromProto(proto);
    if (!result.ok()) {
      EXPECT_EQ(result.status().code(), absl::StatusCode::kInvalidArgument);
    }
  }
  EXPECT_GT(parsed, 100);  // Most flips hit a feature, which still parses.
}

}  // namespace
}  // namespace weft
