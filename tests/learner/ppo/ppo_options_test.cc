// What the options of PPO do, and that a checkpoint holds all that they change.
#include <gtest/gtest.h>

#include <memory>
#include <random>
#include <string>
#include <vector>

#include "learner/ppo/ppo_learner.h"
#include "tests/learner/ppo/small_learner.h"
#include "tests/learner/ppo/synthetic_training.h"

namespace weft {
namespace {

// Everything that adapts over a run, and so must be in a checkpoint.
PpoOptions EveryOption() {
  PpoOptions options = SmallBatches();
  options.learning_rate_schedule = "cosine";
  options.warmup_updates = 2;
  options.dual_clip = 3;
  options.value_clip = 0.5;
  options.kl_coefficient = 0.5;
  options.return_normalization = "popart";
  options.reward_normalization = "running";
  options.target_entropy = 0.9;
  options.minibatch_unit = "episodes";
  return options;
}

class ExactResume : public testing::TestWithParam<std::string> {};

TEST_P(ExactResume, IsTheUninterruptedRunToTheLastBitWithEveryOption) {
  constexpr int kUpdates = 4;
  PolicyOptions policy = SmallPolicy();
  policy.encoder = GetParam();
  const auto make = [&] {
    return std::make_unique<SyntheticTraining>(policy, EveryOption(), 2 * kUpdates, 7);
  };
  const auto straight = make();
  for (int i = 0; i < 2 * kUpdates; ++i) straight->Iterate(10);
  auto stopped = make();
  for (int i = 0; i < kUpdates; ++i) stopped->Iterate(10);
  const std::string state = stopped->learner().SerializeState().value();
  const std::mt19937_64 random = stopped->random();
  stopped.reset();
  const auto resumed = make();
  resumed->Iterate(3);  // Nothing of what it is now may be left.
  resumed->Restore(state, random);
  UpdateStats last;
  for (int i = 0; i < kUpdates; ++i) last = resumed->Iterate(10);
  EXPECT_EQ(resumed->learner().SerializeWeights().value(),
            straight->learner().SerializeWeights().value());
  // Both have left what they would be without a state.
  EXPECT_GT(last.entropy_coefficient, EveryOption().final_entropy_coefficient);
  EXPECT_NE(last.kl_coefficient, EveryOption().kl_coefficient);
}

INSTANTIATE_TEST_SUITE_P(Encoders, ExactResume,
                         testing::Values("lstm", "distilbert", "llama"));

TEST(PpoLearner, ClipsTheRatioToThePolicyAtTheUpdatesStartNotToTheOneThatActed) {
  const auto learner = MakeLearner(OneStep());
  const std::vector<Trajectory> stale = Episodes(*learner, 40, 1);
  PpoOptions large_steps = OneStep();
  large_steps.learning_rate = 0.05;
  const auto other = MakeLearner(large_steps);
  UpdateTimes(*other, 1, 4);  // Moves away from the policy that acted.
  const std::string state = other->SerializeState().value();

  const auto corrected = MakeLearner(OneStep());
  ASSERT_TRUE(corrected->RestoreState(state).ok());
  const UpdateStats with = corrected->Update(stale).value();
  EXPECT_EQ(with.replayed, with.decisions);
  EXPECT_DOUBLE_EQ(with.mean_staleness, 3);
  EXPECT_NEAR(with.approximate_kl, 0, 1e-6);
  EXPECT_EQ(with.clip_fraction, 0);
  EXPECT_LT(with.mean_importance, 0.99);

  PpoOptions none = OneStep();
  none.off_policy_correction = "none";
  const auto uncorrected = MakeLearner(none);
  ASSERT_TRUE(uncorrected->RestoreState(state).ok());
  const UpdateStats without = uncorrected->Update(stale).value();
  EXPECT_EQ(without.replayed, 0);
  EXPECT_GT(without.approximate_kl, 0.01);
  EXPECT_GT(without.clip_fraction, 0);
  EXPECT_EQ(without.mean_importance, 1);
}

TEST(PpoLearner, ReplaysOnlyTheStaleEpisodesAndFindsWhatTheActorSent) {
  const auto fresh = MakeLearner(OneStep());
  const auto told_stale = MakeLearner(OneStep());
  std::vector<Trajectory> episodes = Episodes(*fresh, 20, 1);
  EXPECT_EQ(fresh->Update(episodes).value().replayed, 0);
  // The same weights under another version: every ratio must come out as 1.
  for (Trajectory& episode : episodes) episode.weights_version = 0;
  episodes.back().weights_version = 1;
  const UpdateStats stats = told_stale->Update(episodes).value();
  EXPECT_EQ(stats.replayed,
            stats.decisions - static_cast<int>(episodes.back().steps.size()));
  EXPECT_NEAR(stats.mean_importance, 1, 1e-4);
  EXPECT_NEAR(stats.approximate_kl, 0, 1e-6);
  EXPECT_GT(stats.proximal_seconds, 0);
}

TEST(PpoLearner, RaisesTheEntropyCoefficientUntilTheEntropyIsAboveItsFloor) {
  // Mean share of the last updates.
  const auto share_after = [](double target) {
    PpoOptions options = SmallBatches();
    options.learning_rate = 3e-3;
    options.learning_rate_schedule = "constant";
    options.target_entropy = target;
    PolicyOptions policy = SmallPolicy();
    SyntheticTraining training(policy, options, 60, 3);
    for (int i = 0; i < 40; ++i) training.Iterate(16);
    double share = 0;
    for (int i = 0; i < 10; ++i) share += training.Iterate(16).entropy_share / 10;
    return share;
  };
  const double free = share_after(0);
  const double held = share_after(0.6);
  EXPECT_LT(free, 0.4);
  EXPECT_GT(held, 0.5);
}

TEST(PpoLearner, TellsOfACollapsedEntropyBelowTheAlarmOnly) {
  PpoOptions options = OneStep();
  options.entropy_alarm = 1;
  const auto alarmed = MakeLearner(options);
  const UpdateStats stats = alarmed->Update(Episodes(*alarmed, 12, 1)).value();
  EXPECT_TRUE(stats.entropy_collapsed);
  EXPECT_GT(stats.entropy_share, 0.5);  // The policy starts near the uniform one.
  EXPECT_LT(stats.entropy_share, 1);
  options.entropy_alarm = 0;
  const auto calm = MakeLearner(options);
  EXPECT_FALSE(calm->Update(Episodes(*calm, 12, 1)).value().entropy_collapsed);
}

TEST(PpoLearner, PullsTheStepsOfAnUpdateTogetherByAKlPenalty) {
  const auto divergence = [](double coefficient) {
    PpoOptions options = SmallBatches();
    options.learning_rate = 0.01;
    options.target_kl = 100;  // No early stop.
    options.kl_coefficient = coefficient;
    const auto learner = MakeLearner(options);
    return learner->Update(Episodes(*learner, 30, 1)).value().approximate_kl;
  };
  EXPECT_LT(divergence(50), divergence(0) / 2);
}

TEST(PpoLearner, LearnsTheSameFromRewardsInAnotherUnitWhenTheyAreNormalized) {
  const auto weights = [](float unit) {
    PpoOptions options = OneStep();
    options.reward_normalization = "running";
    options.return_normalization = "none";
    const auto learner = MakeLearner(options);
    std::vector<Trajectory> episodes = Episodes(*learner, 20, 1);
    for (Trajectory& episode : episodes) {
      for (Step& step : episode.steps) step.reward *= unit;
    }
    EXPECT_TRUE(learner->Update(episodes).ok());
    return learner->SerializeWeights().value();
  };
  EXPECT_EQ(weights(1), weights(64));  // A power of two: exact.
}

}  // namespace
}  // namespace weft
