#include "actor/rollout/episode.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "actor/environment/synthetic_environment.h"

namespace weft {
namespace {

// The synthetic environment, except that the action after `good_actions` good ones
// fails as a transform that refuses would.
class FailingEnvironment : public Environment {
 public:
  explicit FailingEnvironment(int good_actions)
      : inner_(SyntheticEnvironmentOptions{}), good_actions_(good_actions) {}

  absl::StatusOr<Observation> Reset(const std::string& program) override {
    left_ = good_actions_;
    failed_ = false;
    return last_ = inner_.Reset(program).value();
  }
  absl::StatusOr<Observation> Apply(const Action& action) override {
    if (failed_) {
      EXPECT_EQ(action.kind, ActionKind::kStop);
      last_.mask.kinds = 0;
      return last_;
    }
    if (left_-- > 0) return last_ = inner_.Apply(action).value();
    failed_ = true;
    ++restarts_;
    last_.mask.kinds = 1u << static_cast<int>(ActionKind::kStop);
    return last_;
  }
  absl::StatusOr<EpisodeResult> Finish() override {
    EXPECT_TRUE(failed_);
    EpisodeResult result;
    result.measurement.outcome = Outcome::kTransformFailed;
    result.reward = -8;
    return result;
  }
  uint32_t worker_restarts() const override { return restarts_; }

 private:
  SyntheticEnvironment inner_;
  const int good_actions_;
  int left_ = 0;
  bool failed_ = false;
  uint32_t restarts_ = 5;
  Observation last_;
};

// Tiles first and vectorizes then, by rules.
class TileThenVectorize : public Policy {
 public:
  Decision Decide(const Observation& observation, Selection selection,
                  std::mt19937_64& random) const override {
    Observation narrowed = observation;
    for (ActionKind kind : {ActionKind::kTile, ActionKind::kVectorize}) {
      if (!observation.mask.Allows(kind)) continue;
      narrowed.mask.kinds = 1u << static_cast<int>(kind);
      break;
    }
    Decision decision = random_.Decide(narrowed, selection, random);
    decision.value = 0.5f;
    return decision;
  }
  uint64_t version() const override { return 9; }

 private:
  RandomPolicy random_;
};

TEST(RunEpisode, RecordsEveryDecisionAndPutsTheRewardInTheLast) {
  SyntheticEnvironment environment(SyntheticEnvironmentOptions{});
  std::mt19937_64 random(1);
  const Trajectory trajectory =
      RunEpisode(environment, TileThenVectorize(), "matmul", random).value();
  ASSERT_EQ(trajectory.steps.size(), 2u);
  EXPECT_EQ(trajectory.steps[0].action.kind, ActionKind::kTile);
  EXPECT_EQ(trajectory.steps[1].action.kind, ActionKind::kVectorize);
  EXPECT_EQ(trajectory.steps[0].reward, 0);
  EXPECT_LT(trajectory.steps[1].reward, 0);
  EXPECT_EQ(trajectory.steps[1].value, 0.5f);
  EXPECT_EQ(trajectory.steps[1].observation.kinds.back(), TokenKind::kHistory);
  EXPECT_EQ(trajectory.program, "matmul");
  EXPECT_EQ(trajectory.weights_version, 9u);
  EXPECT_GT(trajectory.roofline_seconds, 0);
  EXPECT_GT(trajectory.unscheduled_seconds, 0);
  EXPECT_GT(trajectory.episode_seconds, 0);
}

TEST(RunEpisode, RecordsOnlyLegalActionsWithTheirLogProbability) {
  SyntheticEnvironment environment(SyntheticEnvironmentOptions{});
  std::mt19937_64 random(2);
  for (int i = 0; i < 100; ++i) {
    const Trajectory trajectory =
        RunEpisode(environment, RandomPolicy(), "bias_add", random).value();
    for (const Step& step : trajectory.steps) {
      EXPECT_TRUE(CheckLegal(step.observation.mask, step.action).ok());
      EXPECT_LT(step.log_probability, 0);
    }
    EXPECT_TRUE(IsTerminal(trajectory.steps.back().action.kind));
  }
}

TEST(RunEpisode, PutsThePenaltyOnTheActionThatFailed) {
  FailingEnvironment environment(/*good_actions=*/0);
  std::mt19937_64 random(3);
  const Trajectory trajectory =
      RunEpisode(environment, TileThenVectorize(), "matmul", random).value();
  ASSERT_EQ(trajectory.steps.size(), 1u);
  EXPECT_EQ(trajectory.steps[0].action.kind, ActionKind::kTile);
  EXPECT_EQ(trajectory.steps[0].reward, -8);
  EXPECT_EQ(trajectory.measurement.outcome, Outcome::kTransformFailed);
  EXPECT_EQ(trajectory.worker_restarts, 1u);
}

TEST(RunEpisode, KeepsTheTerminalActionThatFailed) {
  FailingEnvironment environment(/*good_actions=*/1);
  std::mt19937_64 random(4);
  const Trajectory trajectory =
      RunEpisode(environment, TileThenVectorize(), "matmul", random).value();
  ASSERT_EQ(trajectory.steps.size(), 2u);
  EXPECT_EQ(trajectory.steps[1].action.kind, ActionKind::kVectorize);
  EXPECT_EQ(trajectory.steps[1].reward, -8);
}

TEST(RunEpisode, PassesTheEnvironmentsErrorOn) {
  SyntheticEnvironment environment(SyntheticEnvironmentOptions{});
  std::mt19937_64 random(5);
  EXPECT_EQ(RunEpisode(environment, RandomPolicy(), "unknown", random).status().code(),
            absl::StatusCode::kNotFound);
}

// Never ends an episode: it always allows another tile.
class EndlessEnvironment : public Environment {
 public:
  absl::StatusOr<Observation> Reset(const std::string&) override { return Always(); }
  absl::StatusOr<Observation> Apply(const Action&) override { return Always(); }
  absl::StatusOr<EpisodeResult> Finish() override { return EpisodeResult(); }

 private:
  static Observation Always() {
    SyntheticEnvironment environment(SyntheticEnvironmentOptions{});
    return environment.Reset("matmul").value();
  }
};

TEST(RunEpisode, GivesUpOnAnEnvironmentThatNeverEnds) {
  EndlessEnvironment environment;
  std::mt19937_64 random(6);
  EXPECT_EQ(
      RunEpisode(environment, TileThenVectorize(), "matmul", random).status().code(),
      absl::StatusCode::kInternal);
}

// Counts how many observations a decision is about.
class CountingPolicy : public TileThenVectorize {
 public:
  std::vector<Decision> DecideAll(const std::vector<const Observation*>& observations,
                                  Selection selection,
                                  std::mt19937_64& random) const override {
    widths.push_back(observations.size());
    return Policy::DecideAll(observations, selection, random);
  }
  mutable std::vector<size_t> widths;
};

TEST(RunEpisodes, DecidesAboutAllThatAreNotDoneAtOnce) {
  SyntheticEnvironment first(SyntheticEnvironmentOptions{});
  SyntheticEnvironment second(SyntheticEnvironmentOptions{});
  FailingEnvironment failing(/*good_actions=*/0);
  const CountingPolicy policy;
  std::mt19937_64 random(5);
  const auto episodes = RunEpisodes({&first, &failing, &second}, policy,
                                    {"matmul", "matmul", "bias_add"}, random);
  ASSERT_TRUE(episodes.ok()) << episodes.status();
  ASSERT_EQ(episodes->size(), 3u);
  EXPECT_EQ((*episodes)[0].program, "matmul");
  EXPECT_EQ((*episodes)[1].measurement.outcome, Outcome::kTransformFailed);
  EXPECT_EQ((*episodes)[2].program, "bias_add");
  EXPECT_EQ((*episodes)[2].measurement.outcome, Outcome::kOk);
  EXPECT_EQ(policy.widths.front(), 3u);
  EXPECT_LT(policy.widths.size(), 4u);
}

TEST(RunEpisodes, OfOneProgramIsRunEpisode) {
  SyntheticEnvironment environment(SyntheticEnvironmentOptions{});
  std::mt19937_64 alone(6), together(6);
  const Trajectory one =
      RunEpisode(environment, RandomPolicy(), "matmul", alone).value();
  const Trajectory same =
      RunEpisodes({&environment}, RandomPolicy(), {"matmul"}, together).value()[0];
  EXPECT_EQ(one.total_reward(), same.total_reward());
  EXPECT_EQ(one.steps.size(), same.steps.size());
}

}  // namespace
}  // namespace weft
