#include "learner/ppo/experience.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

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

TEST(GatherExperience, KeepsEveryDecisionInOrder) {
  const std::vector<Trajectory> episodes = RandomEpisodes(20);
  const absl::StatusOr<Experience> experience =
      GatherExperience(episodes, PpoOptions(), 5);
  ASSERT_TRUE(experience.ok()) << experience.status();
  int i = 0;
  double rewards = 0;
  for (const Trajectory& episode : episodes) {
    for (const Step& step : episode.steps) {
      ASSERT_LT(i, experience->size());
      EXPECT_EQ(experience->observations[i], &step.observation);
      EXPECT_EQ(experience->acting_log_probabilities[i], step.log_probability);
      EXPECT_EQ(experience->actions[i].kind.chosen, static_cast<int>(step.action.kind));
      ++i;
    }
    rewards += episode.total_reward();
  }
  EXPECT_EQ(i, experience->size());
  EXPECT_NEAR(experience->mean_reward, rewards / 20, 1e-9);
  EXPECT_DOUBLE_EQ(experience->mean_staleness, 2);
  EXPECT_NEAR(MomentsOf(experience->advantages).mean, 0, 1e-9);
}

TEST(GatherExperience, RefusesAnIllegalActionAndSaysWhere) {
  std::vector<Trajectory> episodes = RandomEpisodes(1);
  episodes[0].sequence = 77;
  episodes[0].steps.back().observation.mask.kinds = 0;
  const absl::Status status = GatherExperience(episodes, PpoOptions(), 1).status();
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
    EXPECT_EQ(GatherExperience(episodes, PpoOptions(), 1).status().code(),
              absl::StatusCode::kInvalidArgument);
  }
}

TEST(MakeMinibatch, TakesTheNamedDecisions) {
  const std::vector<Trajectory> episodes = RandomEpisodes(10);
  const Experience experience = *GatherExperience(episodes, PpoOptions(), 1);
  const Minibatch batch = MakeMinibatch(experience, {4, 0});
  EXPECT_EQ(batch.tokens.decisions, 2);
  EXPECT_EQ(batch.parts.decisions, 2);
  EXPECT_FLOAT_EQ(batch.returns[0], static_cast<float>(experience.returns[4]));
  EXPECT_FLOAT_EQ(batch.advantages[1], static_cast<float>(experience.advantages[0]));
  EXPECT_EQ(batch.tokens.lengths[1], experience.observations[0]->num_tokens());
}

}  // namespace
}  // namespace weft
