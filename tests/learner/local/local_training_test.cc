#include "learner/local/local_training.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "actor/environment/synthetic_environment.h"
#include "common/policy/torch_threads.h"

namespace weft {
namespace {

LocalTrainingOptions SmallOptions() {
  SetTorchThreads(1);
  LocalTrainingOptions options;
  options.policy = {"convnext", 8, 1};
  options.ppo.epochs = 1;
  return options;
}

TEST(LocalTrainingTest, EpisodesAreAsStaleAsAsked) {
  SyntheticEnvironment environment((SyntheticEnvironmentOptions()));
  LocalTrainingOptions options = SmallOptions();
  options.staleness = 3;
  const auto training = LocalTraining::Create(options, {&environment}, {"matmul"});
  ASSERT_TRUE(training.ok()) << training.status();
  for (int update = 0; update < 6; ++update) {
    const auto stats = (*training)->Iterate(4);
    ASSERT_TRUE(stats.ok()) << stats.status();
    EXPECT_EQ(stats->mean_staleness, std::min(update, 3));
  }
  EXPECT_EQ((*training)->policy().version(), (*training)->learner().version());
  EXPECT_GE((*training)->steps(), 6u * 4);
}

TEST(LocalTrainingTest, TheSameSeedGivesTheSameWeights) {
  std::string weights[2];
  for (std::string& bytes : weights) {
    SyntheticEnvironment environment((SyntheticEnvironmentOptions()));
    const auto training =
        LocalTraining::Create(SmallOptions(), {&environment}, {"matmul", "transpose"});
    ASSERT_TRUE(training.ok()) << training.status();
    for (int update = 0; update < 3; ++update) {
      ASSERT_TRUE((*training)->Iterate(5).ok());
    }
    bytes = (*training)->learner().SerializeWeights().value();
  }
  EXPECT_EQ(weights[0], weights[1]);
}

TEST(LocalTrainingTest, EpisodesSideBySideTakeTheProgramsInTurn) {
  SyntheticEnvironment first((SyntheticEnvironmentOptions()));
  SyntheticEnvironment second((SyntheticEnvironmentOptions()));
  SyntheticEnvironment third((SyntheticEnvironmentOptions()));
  const auto training = LocalTraining::Create(SmallOptions(), {&first, &second, &third},
                                              {"matmul", "transpose"});
  ASSERT_TRUE(training.ok()) << training.status();
  const auto played =
      (*training)->Play(5, Selection::kSample);  // A wave of 3, one of 2.
  ASSERT_TRUE(played.ok()) << played.status();
  std::vector<std::string> programs;
  for (const Trajectory& episode : *played) programs.push_back(episode.program);
  EXPECT_EQ(programs, (std::vector<std::string>{"matmul", "transpose", "matmul",
                                                "transpose", "matmul"}));
  EXPECT_TRUE((*training)->Iterate(5).ok());
}

TEST(LocalTrainingTest, RefusesWhatCannotBeTrained) {
  SyntheticEnvironment environment((SyntheticEnvironmentOptions()));
  EXPECT_EQ(LocalTraining::Create(SmallOptions(), {&environment}, {}).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(LocalTraining::Create(SmallOptions(), {}, {"matmul"}).status().code(),
            absl::StatusCode::kInvalidArgument);
  LocalTrainingOptions unknown = SmallOptions();
  unknown.policy.encoder = "perceptron";
  EXPECT_EQ(LocalTraining::Create(unknown, {&environment}, {"matmul"}).status().code(),
            absl::StatusCode::kInvalidArgument);
  const auto training =
      LocalTraining::Create(SmallOptions(), {&environment}, {"no_such_program"});
  ASSERT_TRUE(training.ok()) << training.status();
  EXPECT_EQ((*training)->Iterate(1).status().code(), absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace weft
