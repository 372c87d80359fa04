#include "learner/ppo/experience.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "actor/environment/synthetic_environment.h"
#include "actor/rollout/episode.h"
#include "learner/ppo/advantages.h"

namespace weft {
namespace {

using ::testing::HasSubstr;

std::vector<Trajectory> RandomEpisodes(int count) {
  SyntheticEnvironment environment(SyntheticEnvironmentOptions{});
  const RandomPolicy policy;
  std::mt19937_64 random(1);
  std::vector<Trajectory> episodes;
  for (int i = 0; i < count; ++i) {
    episodes.push_back(RunEpisode(environment, policy, "matmul", random).value());
    episodes.back().weights_version = 3;
  }
  return episodes;
}

// With targets, as the learner's version 3.
Experience WithTargets(const std::vector<Trajectory>& episodes,
                       const PpoOptions& options = PpoOptions()) {
  Experience experience = GatherExperience(episodes, 3).value();
  EXPECT_TRUE(EstimateTargets(options, &experience).ok());
  return experience;
}

TEST(GatherExperience, KeepsEveryDecisionInOrder) {
  const std::vector<Trajectory> episodes = RandomEpisodes(20);
  const absl::StatusOr<Experience> experience = GatherExperience(episodes, 5);
  ASSERT_TRUE(experience.ok()) << experience.status();
  int i = 0;
  double rewards = 0;
  for (const Trajectory& episode : episodes) {
    for (const Step& step : episode.steps) {
      ASSERT_LT(i, experience->size());
      EXPECT_EQ(experience->observations[i], &step.observation);
      EXPECT_EQ(experience->acting_log_probabilities[i], step.log_probability);
      EXPECT_EQ(experience->actions[i].kind.chosen, static_cast<int>(step.action.kind));
      EXPECT_EQ(experience->rewards[i], step.reward);
      EXPECT_EQ(experience->stale[i], i);  // Acted by 3, learnt by 5.
      ++i;
    }
    rewards += episode.total_reward();
  }
  EXPECT_EQ(i, experience->size());
  EXPECT_NEAR(experience->mean_reward, rewards / 20, 1e-9);
  EXPECT_DOUBLE_EQ(experience->mean_staleness, 2);
}

TEST(GatherExperience, CallsStaleWhatOtherWeightsActedIn) {
  std::vector<Trajectory> episodes = RandomEpisodes(3);
  episodes[1].weights_version = 2;
  const Experience experience = GatherExperience(episodes, 3).value();
  std::vector<int> expected;
  for (int i = experience.episodes[1]; i < experience.episodes[2]; ++i) {
    expected.push_back(i);
  }
  EXPECT_EQ(experience.stale, expected);
}

TEST(GatherExperience, DividesRewardsButReportsThemAsTheyCame) {
  const std::vector<Trajectory> episodes = RandomEpisodes(5);
  const Experience plain = GatherExperience(episodes, 3).value();
  const Experience scaled = GatherExperience(episodes, 3, 4.0).value();
  EXPECT_DOUBLE_EQ(scaled.rewards.back(), plain.rewards.back() / 4);
  EXPECT_DOUBLE_EQ(scaled.mean_reward, plain.mean_reward);
}

TEST(EstimateTargets, AreThoseOfEachEpisodeAlone) {
  const std::vector<Trajectory> episodes = RandomEpisodes(4);
  const Experience together = WithTargets(episodes);
  for (size_t i = 0; i < episodes.size(); ++i) {
    const Experience alone = WithTargets({episodes[i]});
    for (int j = 0; j < alone.size(); ++j) {
      EXPECT_EQ(together.returns[together.episodes[i] + j], alone.returns[j]);
    }
  }
  EXPECT_NEAR(MomentsOf(together.advantages).mean, 0, 1e-9);
}

TEST(EstimateTargets, OfTheCurrentPolicyAreTheSameWithAndWithoutTheCorrection) {
  const std::vector<Trajectory> episodes = RandomEpisodes(10);
  PpoOptions none;
  none.off_policy_correction = "none";
  const Experience corrected = WithTargets(episodes);
  const Experience plain = WithTargets(episodes, none);
  EXPECT_EQ(corrected.advantages, plain.advantages);
  EXPECT_EQ(corrected.returns, plain.returns);
  EXPECT_EQ(corrected.weights, plain.weights);
}

TEST(EstimateTargets, WeighsAStaleDecisionByItsTruncatedRatio) {
  Experience experience = GatherExperience(RandomEpisodes(4), 9).value();
  ASSERT_GT(experience.size(), 2);
  experience.proximal_log_probabilities[0] -= std::log(4.0F);
  experience.proximal_log_probabilities[1] += std::log(4.0F);
  ASSERT_TRUE(EstimateTargets(PpoOptions(), &experience).ok());
  EXPECT_NEAR(experience.weights[0], 0.25, 1e-5);
  EXPECT_EQ(experience.weights[1], 1);
  EXPECT_EQ(experience.weights[2], 1);
  PpoOptions none;
  none.off_policy_correction = "none";
  ASSERT_TRUE(EstimateTargets(none, &experience).ok());
  EXPECT_EQ(experience.weights[0], 1);
}

TEST(EstimateTargets, RefusesARatioThatIsNotANumber) {
  Experience experience = GatherExperience(RandomEpisodes(1), 9).value();
  experience.acting_log_probabilities[0] = -std::numeric_limits<float>::infinity();
  EXPECT_EQ(EstimateTargets(PpoOptions(), &experience).code(),
            absl::StatusCode::kInternal);
}

TEST(GatherExperience, RefusesAnIllegalActionAndSaysWhere) {
  std::vector<Trajectory> episodes = RandomEpisodes(1);
  episodes[0].sequence = 77;
  episodes[0].steps.back().observation.mask.kinds = 0;
  const absl::Status status = GatherExperience(episodes, 1).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), HasSubstr("sequence 77"));
  EXPECT_THAT(std::string(status.message()), HasSubstr("matmul"));
}

TEST(GatherExperience, RefusesMalformedObservationsAndEmptyEpisodes) {
  std::vector<Trajectory> missing_features = RandomEpisodes(1);
  missing_features[0].steps[0].observation.features.pop_back();
  std::vector<Trajectory> unknown_token = RandomEpisodes(1);
  unknown_token[0].steps[0].observation.kinds[0] = static_cast<TokenKind>(99);
  std::vector<Trajectory> no_steps = RandomEpisodes(1);
  no_steps[0].steps.clear();
  for (const auto& episodes :
       {missing_features, unknown_token, no_steps, std::vector<Trajectory>()}) {
    EXPECT_EQ(GatherExperience(episodes, 1).status().code(),
              absl::StatusCode::kInvalidArgument);
  }
}

TEST(MakeMinibatch, TakesTheNamedDecisions) {
  const std::vector<Trajectory> episodes = RandomEpisodes(10);
  const Experience experience = WithTargets(episodes);
  const Minibatch batch = MakeMinibatch(experience, {4, 0});
  EXPECT_EQ(batch.tokens.decisions, 2);
  EXPECT_EQ(batch.parts.decisions, 2);
  EXPECT_FLOAT_EQ(batch.returns[0], static_cast<float>(experience.returns[4]));
  EXPECT_FLOAT_EQ(batch.advantages[1], static_cast<float>(experience.advantages[0]));
  EXPECT_EQ(batch.tokens.lengths[1], experience.observations[0]->num_tokens());
}

}  // namespace
}  // namespace weft
