#include "learner/checkpoint/run_state.h"

#include <cmath>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/common/wire/example_trajectory.h"

namespace weft {
namespace {

Trajectory Measured(const std::string& program, double seconds, double reward = -1) {
  Trajectory trajectory = ExampleTrajectory(1, reward, program);
  trajectory.measurement.seconds = seconds;
  return trajectory;
}

Trajectory Failed(const std::string& program, Outcome outcome) {
  Trajectory trajectory = ExampleTrajectory(1, -8, program);
  trajectory.measurement = Measurement();
  trajectory.measurement.outcome = outcome;
  return trajectory;
}

Trajectory WithModule(const std::string& program, double seconds) {
  Trajectory trajectory = Measured(program, seconds);
  trajectory.schedule_module = absl::StrCat("module of ", seconds);
  return trajectory;
}

TEST(RunStateTest, OnlyABetterMeasuredScheduleIsANewBest) {
  RunState state;
  EXPECT_TRUE(state.RecordSchedule(WithModule("a", 4e-6)));
  EXPECT_FALSE(state.RecordSchedule(WithModule("a", 5e-6)));
  EXPECT_FALSE(state.RecordSchedule(Failed("a", Outcome::kWrongResult)));
  EXPECT_TRUE(state.RecordSchedule(WithModule("a", 2e-6)));
  EXPECT_DOUBLE_EQ(state.programs["a"].best.speedup, 4);
  EXPECT_EQ(state.programs["a"].module, "module of 2e-06");
}

TEST(RunStateTest, ABetterScheduleWithoutAModuleLeavesTheBestThatHasOne) {
  RunState state;
  EXPECT_TRUE(state.RecordSchedule(WithModule("a", 4e-6)));
  EXPECT_FALSE(state.RecordSchedule(Measured("a", 1e-6)));
  EXPECT_DOUBLE_EQ(state.programs["a"].best.speedup, 8);
  EXPECT_DOUBLE_EQ(state.programs["a"].exported.speedup, 2);
  EXPECT_EQ(state.programs["a"].module, "module of 4e-06");
  EXPECT_TRUE(state.RecordSchedule(WithModule("a", 2e-6)));
  EXPECT_DOUBLE_EQ(state.programs["a"].best.speedup, 8);
  EXPECT_DOUBLE_EQ(state.programs["a"].exported.speedup, 4);
}

TEST(RunStateTest, AnotherEnvironmentBeginsWithNewResults) {
  RunState state;
  EXPECT_FALSE(state.EnterEnvironment("cost-model"));
  state.iteration = 3;
  state.CountEpisode(Measured("a", 4e-6));
  state.RecordSchedule(Measured("a", 4e-6));
  EXPECT_FALSE(state.EnterEnvironment("cost-model"));
  EXPECT_EQ(state.measurements(), 1u);
  CheckpointSections sections;
  state.Save(&sections);
  auto restored = RunState::Load(sections);
  ASSERT_TRUE(restored.ok()) << restored.status();
  restored->first_validation.programs = 2;
  restored->best_validation.programs = 2;
  restored->last_validation.programs = 2;
  EXPECT_TRUE(restored->EnterEnvironment("mlir"));
  EXPECT_EQ(restored->first_validation.programs, 0);
  EXPECT_EQ(restored->best_validation.programs, 0);
  EXPECT_EQ(restored->last_validation.programs, 0);
  EXPECT_EQ(restored->iteration, 3u);
  EXPECT_EQ(restored->episodes, 0u);
  EXPECT_EQ(restored->measurements(), 0u);
  EXPECT_TRUE(restored->programs.empty());
  sections.clear();
  restored->Save(&sections);
  EXPECT_TRUE(RunState::Load(sections).ok());
}

TEST(RunStateTest, CountsWhatWasTrainedOn) {
  RunState state;
  state.CountEpisode(Measured("a", 4e-6));
  state.CountEpisode(Failed("a", Outcome::kWrongResult));
  EXPECT_EQ(state.episodes, 2u);
  EXPECT_EQ(state.measurements(), 1u);
  EXPECT_EQ(state.env_steps, 4u);
}

TEST(RunStateTest, ATimeThatTheStoreKnewIsNoMeasurement) {
  RunState state;
  state.CountEpisode(Measured("a", 4e-6));
  Trajectory known = Measured("a", 4e-6);
  known.measurement.cached = true;
  state.CountEpisode(known);
  EXPECT_EQ(state.episodes, 2u);
  EXPECT_EQ(state.measurements(), 1u);
  EXPECT_EQ(state.known, 1u);
  CheckpointSections sections;
  state.Save(&sections);
  EXPECT_EQ(RunState::Load(sections)->measurements(), 1u);
}

TEST(RunStateTest, AProgramWithoutAScheduleCountsAsOneInTheMean) {
  RunState state;
  EXPECT_DOUBLE_EQ(state.BestGeomeanSpeedup(), 1);
  state.RecordSchedule(Measured("a", 2e-6));
  state.RecordSchedule(Failed("b", Outcome::kCrashed));
  EXPECT_DOUBLE_EQ(state.BestGeomeanSpeedup(), 2);  // sqrt(4 * 1)
  EXPECT_EQ(state.programs["b"].best.seconds, 0);
}

TEST(RunStateTest, QuartersAreOfAllEpisodesInOrder) {
  RunState state;
  EXPECT_EQ(state.MeanReward(0, 0.25), 0);
  for (int i = 0; i < 8; ++i) state.CountEpisode(Measured("a", 1e-6, i));
  EXPECT_DOUBLE_EQ(state.MeanReward(0, 0.25), 0.5);
  EXPECT_DOUBLE_EQ(state.MeanReward(0.75, 1), 6.5);
}

TEST(RunStateTest, ComesBackFromACheckpointAsItWas) {
  RunState state;
  state.iteration = 3;
  state.log_position = 77;
  state.elapsed_seconds = 0.1;
  state.dropped["invalid"] = 2;
  Trajectory best = Measured("a", 3e-6, -0.3);
  best.schedule_module = "module attributes {transform.with_named_sequence} {}";
  state.CountEpisode(best);
  state.RecordSchedule(best);
  state.RecordSchedule(Measured("a", 2e-6));
  state.RecordSchedule(Failed("b", Outcome::kTimedOut));
  CheckpointSections sections;
  state.Save(&sections);
  const absl::StatusOr<RunState> back = RunState::Load(sections);
  ASSERT_TRUE(back.ok()) << back.status();
  CheckpointSections again;
  back->Save(&again);
  EXPECT_EQ(again, sections);
  EXPECT_EQ(back->programs.at("a").module, best.schedule_module);
  EXPECT_EQ(back->rewards, state.rewards);
}

TEST(RunStateTest, RefusesSectionsThatAreMissingOrDoNotFit) {
  CheckpointSections sections;
  RunState().Save(&sections);
  CheckpointSections missing = sections;
  missing.erase("episode_rewards");
  EXPECT_EQ(RunState::Load(missing).status().code(), absl::StatusCode::kDataLoss);
  CheckpointSections rewards = sections;
  rewards["episode_rewards"] = "1234";
  EXPECT_EQ(RunState::Load(rewards).status().code(), absl::StatusCode::kDataLoss);
  CheckpointSections json = sections;
  json["run_state"] = "{\"iteration\": \"three\"}";
  EXPECT_EQ(RunState::Load(json).status().code(), absl::StatusCode::kDataLoss);
}

}  // namespace
}  // namespace weft
