#include "actor/environment/synthetic_environment.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <random>

#include "actor/environment/synthetic_episode.h"
#include "common/policy/policy.h"

namespace weft {
namespace {

using ::testing::HasSubstr;

SyntheticEnvironment Environment(uint64_t seed = 1) {
  return SyntheticEnvironment({seed, absl::ZeroDuration()});
}

// Replays a schedule and returns what it gets.
EpisodeResult Measure(SyntheticEnvironment& environment, const std::string& program,
                      const Schedule& schedule) {
  EXPECT_TRUE(environment.Reset(program).ok());
  for (const Action& action : schedule) {
    const absl::StatusOr<Observation> next = environment.Apply(action);
    EXPECT_TRUE(next.ok()) << next.status();
  }
  return environment.Finish().value();
}

// The best reward of the schedules that consist of a terminal action alone.
double BestSingleAction(SyntheticEnvironment& environment, const std::string& program,
                        std::mt19937_64& random) {
  const RandomPolicy policy;
  double best = -100;
  for (int i = 0; i < 3000; ++i) {
    const Observation start = environment.Reset(program).value();
    const Action action = policy.Decide(start, Selection::kSample, random).action;
    if (!IsTerminal(action.kind)) continue;
    EXPECT_TRUE(environment.Apply(action).ok());
    best = std::max(best, environment.Finish()->reward);
  }
  return best;
}

class EveryProgram : public testing::TestWithParam<std::string> {};

TEST_P(EveryProgram, HasAnOptimumThatItsScheduleReaches) {
  SyntheticEnvironment environment = Environment();
  const double optimum = environment.OptimalReward(GetParam()).value();
  const Schedule schedule = environment.OptimalSchedule(GetParam()).value();
  EXPECT_NEAR(Measure(environment, GetParam(), schedule).reward, optimum, 1e-9);
  EXPECT_LE(optimum, 0);  // The roofline is never beaten.
}

TEST_P(EveryProgram, NeedsMoreThanOneActionForItsOptimum) {
  SyntheticEnvironment environment = Environment();
  std::mt19937_64 random(1);
  EXPECT_GE(environment.OptimalSchedule(GetParam())->size(), 2u);
  EXPECT_LT(BestSingleAction(environment, GetParam(), random),
            environment.OptimalReward(GetParam()).value() - 0.2);
}

TEST_P(EveryProgram, IsNeverBetterThanItsOptimumUnderRandomSchedules) {
  SyntheticEnvironment environment = Environment(2);
  const double optimum = environment.OptimalReward(GetParam()).value();
  const RandomPolicy policy;
  std::mt19937_64 random(2);
  for (int i = 0; i < 500; ++i) {
    absl::StatusOr<Observation> observation = environment.Reset(GetParam());
    int steps = 0;
    while (observation->mask.kinds != 0) {
      const Decision decision = policy.Decide(*observation, Selection::kSample, random);
      observation = environment.Apply(decision.action);
      ASSERT_TRUE(observation.ok()) << observation.status();
      ASSERT_LE(++steps, kMaxActions);
      ASSERT_LE(observation->num_tokens(), kMaxTokens);
      ASSERT_EQ(observation->features.size(),
                static_cast<size_t>(observation->num_tokens()) * kTokenWidth);
    }
    const EpisodeResult result = environment.Finish().value();
    EXPECT_LE(result.reward, optimum + 1e-9);
    EXPECT_NEAR(result.reward,
                std::log(result.roofline_seconds / result.measurement.seconds), 1e-9);
  }
}

INSTANTIATE_TEST_SUITE_P(Programs, EveryProgram,
                         testing::ValuesIn(SyntheticEnvironment::Programs()),
                         [](const auto& info) { return info.param; });

TEST(SyntheticEnvironment, CostsDependOnTheSeedAndOnNothingElse) {
  SyntheticEnvironment one = Environment(1);
  SyntheticEnvironment same = Environment(1);
  SyntheticEnvironment other = Environment(2);
  const Schedule stop = {Action{}};
  const double reward = Measure(one, "matmul", stop).reward;
  EXPECT_EQ(Measure(same, "matmul", stop).reward, reward);
  EXPECT_EQ(Measure(one, "matmul", stop).reward, reward);
  EXPECT_NE(Measure(other, "matmul", stop).reward, reward);
}

TEST(SyntheticEnvironment, MeasuresTheEmptyScheduleAsUnscheduled) {
  SyntheticEnvironment environment = Environment();
  const EpisodeResult result = Measure(environment, "row_sum", {Action{}});
  EXPECT_EQ(result.measurement.outcome, Outcome::kOk);
  EXPECT_EQ(result.measurement.seconds, result.unscheduled_seconds);
}

TEST(SyntheticEnvironment, ShowsItsActionsInTheNextObservation) {
  SyntheticEnvironment environment = Environment();
  const Observation before = environment.Reset("matmul").value();
  Action tile;
  tile.kind = ActionKind::kTile;
  tile.sizes = {32, 32, 32};
  const Observation after = environment.Apply(tile).value();
  EXPECT_EQ(after.kinds.back(), TokenKind::kHistory);
  EXPECT_EQ(after.num_tokens(), before.num_tokens() + 1);
  EXPECT_FALSE(after.mask.Allows(ActionKind::kTile));
  EXPECT_TRUE(after.mask.Allows(ActionKind::kInterchange));
}

TEST(SyntheticEnvironment, RefusesWhatIsOutOfOrder) {
  SyntheticEnvironment environment = Environment();
  EXPECT_EQ(environment.Apply(Action{}).status().code(),
            absl::StatusCode::kFailedPrecondition);
  ASSERT_TRUE(environment.Reset("matmul").ok());
  EXPECT_EQ(environment.Finish().status().code(),
            absl::StatusCode::kFailedPrecondition);
  Action parallelize;
  parallelize.kind = ActionKind::kParallelize;
  parallelize.sizes = {32, 32, 0};
  EXPECT_EQ(environment.Apply(parallelize).status().code(),
            absl::StatusCode::kInvalidArgument);
  ASSERT_TRUE(environment.Apply(Action{}).ok());
  EXPECT_EQ(environment.Apply(Action{}).status().code(),
            absl::StatusCode::kFailedPrecondition);
  EXPECT_TRUE(environment.Finish().ok());
}

TEST(SyntheticEnvironment, NamesTheProgramsWhenAskedForAnUnknownOne) {
  SyntheticEnvironment environment = Environment();
  const absl::Status status = environment.Reset("fft").status();
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(status.message()), HasSubstr("matmul"));
}

TEST(SyntheticEnvironment, TakesAtLeastTheTimeThatItIsTold) {
  SyntheticEnvironment environment({1, absl::Milliseconds(5)});
  const auto start = std::chrono::steady_clock::now();
  Measure(environment, "matmul", {Action{}});
  EXPECT_GE(std::chrono::steady_clock::now() - start, std::chrono::milliseconds(5));
}

}  // namespace
}  // namespace weft
