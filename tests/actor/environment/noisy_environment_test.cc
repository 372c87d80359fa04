#include "actor/environment/noisy_environment.h"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "actor/environment/cost_model/cost_model_environment.h"
#include "actor/rollout/episode.h"

namespace weft {
namespace {

constexpr char kTask[] = "matmul_64x64x64";

std::unique_ptr<NoisyEnvironment> Noisy(const NoiseOptions& options) {
  return std::make_unique<NoisyEnvironment>(
      options, std::make_unique<CostModelEnvironment>(CostModelOptions()));
}

std::vector<Trajectory> Play(Environment& environment, int episodes) {
  const RandomPolicy policy;
  std::mt19937_64 random(1);
  std::vector<Trajectory> played;
  for (int i = 0; i < episodes; ++i) {
    played.push_back(RunEpisode(environment, policy, kTask, random).value());
  }
  return played;
}

TEST(NoisyEnvironmentTest, WithoutNoiseItIsTheOtherEnvironment) {
  CostModelEnvironment plain((CostModelOptions()));
  const auto expected = Play(plain, 20);
  const auto played = Play(*Noisy({}), 20);
  for (size_t i = 0; i < expected.size(); ++i) {
    EXPECT_EQ(played[i].total_reward(), expected[i].total_reward());
    EXPECT_EQ(played[i].schedule(), expected[i].schedule());
  }
}

TEST(NoisyEnvironmentTest, TimesVaryAroundTheTrueOneByAsMuchAsAsked) {
  NoiseOptions options;
  options.time_noise = 0.2;
  CostModelEnvironment plain((CostModelOptions()));
  const auto expected = Play(plain, 400);
  const auto played = Play(*Noisy(options), 400);
  double sum = 0, squares = 0;
  for (size_t i = 0; i < expected.size(); ++i) {
    const double difference = played[i].total_reward() - expected[i].total_reward();
    EXPECT_NEAR(
        difference,
        std::log(expected[i].measurement.seconds / played[i].measurement.seconds),
        1e-5);
    sum += difference;
    squares += difference * difference;
  }
  // Four standard errors.
  EXPECT_NEAR(sum / 400, 0, 0.04);
  EXPECT_NEAR(std::sqrt(squares / 400), 0.2, 0.03);
}

TEST(NoisyEnvironmentTest, FailedMeasurementsCarryTheLabelsOfRealOnes) {
  NoiseOptions options;
  options.measurement_failures = 0.5;
  options.failure_reward = -6;
  const auto environment = Noisy(options);
  int failures = 0;
  uint32_t lost = 0;
  std::set<Outcome> outcomes;
  for (const Trajectory& episode : Play(*environment, 400)) {
    outcomes.insert(episode.measurement.outcome);
    lost += episode.measurement.outcome == Outcome::kWorkerLost ? 1 : 0;
    if (episode.measurement.outcome == Outcome::kOk) continue;
    ++failures;
    EXPECT_EQ(episode.total_reward(), -6);
    EXPECT_EQ(episode.measurement.seconds, 0);
  }
  EXPECT_NEAR(failures, 200, 40);
  EXPECT_EQ(outcomes.size(), 7u);  // OK and six failures.
  EXPECT_EQ(environment->worker_restarts(), lost);
}

TEST(NoisyEnvironmentTest, ARefusedActionLeavesOnlyStopAndTakesThePenalty) {
  NoiseOptions options;
  options.transform_failures = 1;
  const auto environment = Noisy(options);
  ASSERT_TRUE(environment->Reset(kTask).ok());
  const Action tile = {ActionKind::kTile, {32, 0, 0}, {}, {}};
  const auto refused = environment->Apply(tile);
  ASSERT_TRUE(refused.ok());
  EXPECT_EQ(refused->mask.kinds, uint32_t{1} << static_cast<int>(ActionKind::kStop));
  EXPECT_EQ(environment->Apply(tile).status().code(),
            absl::StatusCode::kInvalidArgument);
  ASSERT_TRUE(environment->Apply(Action{}).ok());
  const auto result = environment->Finish();
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(result->measurement.outcome, Outcome::kTransformFailed);
  EXPECT_EQ(result->reward, options.failure_reward);
  // The forced stop is no decision, so the refused action has the penalty.
  for (const Trajectory& episode : Play(*environment, 20)) {
    EXPECT_EQ(episode.steps.size(), 1u);
  }
}

TEST(NoisyEnvironmentTest, ASavedStateGoesOnAsTheEnvironmentThatItIsFrom) {
  NoiseOptions options;
  options.time_noise = 0.2;
  options.transform_failures = 0.1;
  options.measurement_failures = 0.3;
  const auto straight = Noisy(options);
  Play(*straight, 20);
  options.seed = 2;
  const auto resumed = Noisy(options);
  Play(*resumed, 3);  // Nothing of it may be left.
  EXPECT_EQ(resumed->RestoreState("1 2 3").code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(resumed->RestoreState(straight->SaveState() + "x").code(),
            absl::StatusCode::kDataLoss);
  ASSERT_TRUE(resumed->RestoreState(straight->SaveState()).ok());
  const auto expected = Play(*straight, 20);
  const auto played = Play(*resumed, 20);
  for (size_t i = 0; i < expected.size(); ++i) {
    EXPECT_EQ(played[i].total_reward(), expected[i].total_reward());
    EXPECT_EQ(played[i].measurement.outcome, expected[i].measurement.outcome);
  }
  EXPECT_EQ(resumed->worker_restarts(), straight->worker_restarts());
}

}  // namespace
}  // namespace weft
