#include "learner/ppo/ppo_learner.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <string>

#include "tests/learner/ppo/small_learner.h"

namespace weft {
namespace {

using ::testing::HasSubstr;

TEST(PpoLearner, GivesTheSameWeightsForTheSameSeedAndTrajectories) {
  const auto one = MakeLearner();
  const auto other = MakeLearner();
  UpdateTimes(*one, 0, 3);
  UpdateTimes(*other, 0, 3);
  EXPECT_EQ(one->SerializeWeights().value(), other->SerializeWeights().value());
  EXPECT_NE(MakeLearner(SmallBatches(), 2)->SerializeWeights().value(),
            MakeLearner(SmallBatches(), 1)->SerializeWeights().value());
}

TEST(PpoLearner, ContinuesAfterARestoreAsIfNothingHadHappened) {
  const auto straight = MakeLearner();
  UpdateTimes(*straight, 0, 6);
  const auto first_half = MakeLearner();
  UpdateTimes(*first_half, 0, 3);
  const std::string state = first_half->SerializeState().value();
  // Another seed: everything must come from the state.
  const auto resumed = MakeLearner(SmallBatches(), 99);
  ASSERT_TRUE(resumed->RestoreState(state).ok());
  EXPECT_EQ(resumed->version(), 4u);
  UpdateTimes(*resumed, 3, 6);
  EXPECT_EQ(resumed->version(), straight->version());
  EXPECT_EQ(resumed->SerializeWeights().value(), straight->SerializeWeights().value());
}

TEST(PpoLearner, RefusesDamagedStatesAndStaysAsItWas) {
  const auto learner = MakeLearner();
  UpdateTimes(*learner, 0, 1);
  const std::string before = learner->SerializeWeights().value();
  const std::string state = learner->SerializeState().value();
  std::string flipped = state;
  flipped[flipped.size() / 2] = static_cast<char>(flipped[flipped.size() / 2] ^ 1);
  PolicyOptions wider = SmallPolicy();
  wider.width = 32;
  const std::string other_network =
      PpoLearner::Create(wider, SmallBatches(), "cpu", 6, 1)
          .value()
          ->SerializeState()
          .value();
  for (const std::string& damaged :
       {std::string(), std::string("junk"), state.substr(0, state.size() - 1), flipped,
        other_network}) {
    EXPECT_EQ(learner->RestoreState(damaged).code(), absl::StatusCode::kDataLoss);
  }
  EXPECT_EQ(learner->SerializeWeights().value(), before);
  EXPECT_EQ(learner->version(), 2u);
}

TEST(PpoLearner, RollsBackAnUpdateWhoseLossIsNotFinite) {
  const auto learner = MakeLearner();
  UpdateTimes(*learner, 0, 1);
  const std::string before = learner->SerializeWeights().value();
  std::vector<Trajectory> episodes = Episodes(*learner, 40, 5);
  episodes.back().steps.back().reward = std::numeric_limits<float>::quiet_NaN();
  const absl::StatusOr<UpdateStats> stats = learner->Update(episodes);
  EXPECT_EQ(stats.status().code(), absl::StatusCode::kInternal);
  EXPECT_EQ(learner->SerializeWeights().value(), before);
  EXPECT_EQ(learner->version(), 2u);
}

TEST(PpoLearner, RollsBackTheMinibatchesBeforeTheOneThatFailed) {
  const auto learner = MakeLearner();
  const std::string before = learner->SerializeWeights().value();
  std::vector<Trajectory> episodes = Episodes(*learner, 40, 5);
  // Only the minibatch that this decision falls into is affected.
  episodes[0].steps[0].log_probability = -std::numeric_limits<float>::infinity();
  EXPECT_EQ(learner->Update(episodes).status().code(), absl::StatusCode::kInternal);
  EXPECT_EQ(learner->SerializeWeights().value(), before);
  // And afterwards it learns as if the bad update had never come.
  const auto fresh = MakeLearner();
  UpdateTimes(*learner, 0, 2);
  UpdateTimes(*fresh, 0, 2);
  EXPECT_EQ(learner->SerializeWeights().value(), fresh->SerializeWeights().value());
}

TEST(PpoLearner, RollsBackAnUpdateWhoseStaleRatiosAreNotNumbers) {
  const auto learner = MakeLearner();
  UpdateTimes(*learner, 0, 1);
  const std::string before = learner->SerializeWeights().value();
  std::vector<Trajectory> episodes = Episodes(*learner, 10, 5);
  episodes[3].weights_version = 1;
  episodes[3].steps[0].log_probability = -std::numeric_limits<float>::infinity();
  const absl::Status status = learner->Update(episodes).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInternal);
  EXPECT_THAT(std::string(status.message()), HasSubstr("update 2"));
  EXPECT_EQ(learner->SerializeWeights().value(), before);
}

TEST(PpoLearner, RefusesAnIllegalActionBeforeItTrains) {
  const auto learner = MakeLearner();
  const std::string before = learner->SerializeWeights().value();
  std::vector<Trajectory> episodes = Episodes(*learner, 4, 1);
  episodes[2].steps[0].observation.mask.kinds = 0;
  EXPECT_EQ(learner->Update(episodes).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(learner->SerializeWeights().value(), before);
}

TEST(PpoLearner, StartsAnUpdateWithTheProbabilitiesThatActed) {
  const auto learner = MakeLearner(OneStep());
  const UpdateStats stats = learner->Update(Episodes(*learner, 40, 1)).value();
  // One gradient step measures before it moves: ratios are 1.
  EXPECT_NEAR(stats.approximate_kl, 0, 1e-6);
  EXPECT_EQ(stats.clip_fraction, 0);
  EXPECT_EQ(stats.mean_staleness, 0);
}

TEST(PpoLearner, TheValueClipIsOnNoMoveOfTheUnit) {
  PpoOptions clipped = OneStep();
  clipped.return_normalization = "moving";
  clipped.value_clip = 0.1;
  PpoOptions free = clipped;
  free.value_clip = 0;
  const auto learner = MakeLearner(clipped);
  const auto other = MakeLearner(free);
  // The first unit is far from the one that the network starts in.
  const UpdateStats stats = learner->Update(Episodes(*learner, 40, 1)).value();
  const UpdateStats expected = other->Update(Episodes(*other, 40, 1)).value();
  EXPECT_NEAR(stats.value_loss, expected.value_loss, 1e-5);
  EXPECT_NEAR(stats.explained_variance, expected.explained_variance, 1e-6);
}

TEST(PpoLearner, ReportsWhereItsTimeWent) {
  const auto learner = MakeLearner();
  const UpdateStats stats = learner->Update(Episodes(*learner, 20, 1)).value();
  EXPECT_GT(stats.build_seconds, 0);
  EXPECT_GT(stats.torch_seconds, 0);
  EXPECT_LE(stats.torch_seconds + stats.wait_seconds + stats.proximal_seconds,
            stats.seconds);
}

TEST(PpoLearner, StopsItsEpochsWhenThePolicyHasMovedTooFar) {
  PpoOptions options = SmallBatches();
  options.epochs = 10;
  options.learning_rate = 0.01;
  options.target_kl = 1e-6;
  const auto cautious = MakeLearner(options);
  const UpdateStats stopped = cautious->Update(Episodes(*cautious, 20, 1)).value();
  EXPECT_LT(stopped.epochs, 10);
  EXPECT_GT(stopped.approximate_kl, 1.5e-6);
  options.target_kl = 100;  // The largest allowed.
  const auto bold = MakeLearner(options);
  EXPECT_EQ(bold->Update(Episodes(*bold, 20, 1)).value().epochs, 10);
}

TEST(PpoLearner, MakesABetterActionMoreProbable) {
  PpoOptions options = SmallBatches();
  options.entropy_coefficient = 0;
  options.final_entropy_coefficient = 0;
  const auto learner = MakeLearner(options);
  std::vector<Trajectory> episodes = Episodes(*learner, 60, 1);
  // Nothing counts but whether the first action is to vectorize.
  for (Trajectory& episode : episodes) {
    const bool vectorizes = episode.steps[0].action.kind == ActionKind::kVectorize;
    episode.steps.resize(1);
    episode.steps[0].reward = vectorizes ? 1 : -1;
  }
  const auto share = [&](uint64_t seed) {
    double vectorizing = 0;
    for (const Trajectory& episode : Episodes(*learner, 200, seed)) {
      if (episode.steps[0].action.kind == ActionKind::kVectorize) vectorizing += 1;
    }
    return vectorizing / 200;
  };
  const double before = share(7);
  for (int i = 0; i < 6; ++i) ASSERT_TRUE(learner->Update(episodes).ok());
  EXPECT_GT(share(7), before + 0.1);
}

TEST(PpoLearner, CountsVersionsFromOne) {
  const auto learner = MakeLearner();
  EXPECT_EQ(learner->version(), 1u);
  UpdateTimes(*learner, 0, 2);
  EXPECT_EQ(learner->version(), 3u);
  EXPECT_EQ(learner->device(), "cpu");
  EXPECT_GT(learner->parameter_count(), 1000);
}

TEST(PpoLearner, ReportsWhatItWasGiven) {
  const auto learner = MakeLearner();
  const std::vector<Trajectory> episodes = Episodes(*learner, 12, 3);
  double reward = 0;
  int decisions = 0;
  for (const Trajectory& episode : episodes) {
    reward += episode.total_reward() / 12;
    decisions += static_cast<int>(episode.steps.size());
  }
  const UpdateStats stats = learner->Update(episodes).value();
  EXPECT_NEAR(stats.mean_reward, reward, 1e-6);
  EXPECT_EQ(stats.decisions, decisions);
  EXPECT_GT(stats.entropy, 0);
  EXPECT_GT(stats.gradient_norm, 0);
}

TEST(PpoLearner, NamesWhatItCannotUse) {
  const auto code = [](const std::string& device, const PpoOptions& ppo) {
    return PpoLearner::Create(SmallPolicy(), ppo, device, 6, 1).status().code();
  };
  EXPECT_EQ(code("tpu", PpoOptions()), absl::StatusCode::kInvalidArgument);
  PpoOptions no_epochs;
  no_epochs.epochs = 0;
  EXPECT_EQ(code("cpu", no_epochs), absl::StatusCode::kInvalidArgument);
  PpoOptions half;
  half.precision = "bf16";
  EXPECT_EQ(code("cpu", half), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace weft
