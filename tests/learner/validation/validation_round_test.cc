#include "learner/validation/validation_round.h"

#include <cmath>

#include "gtest/gtest.h"

namespace weft {
namespace {

constexpr double kPenalty = -8;

ValidatedProgram Measured(const std::string& name, double unscheduled, double seconds) {
  ValidatedProgram program;
  program.program = name;
  program.outcome = Outcome::kOk;
  program.reward = std::log(1e-6 / seconds);
  program.seconds = seconds;
  program.unscheduled_seconds = unscheduled;
  program.roofline_seconds = 1e-6;
  return program;
}

TEST(ValidationRoundTest, TheSpeedupIsTheGeometricMean) {
  ValidationRound round;
  round.programs = {Measured("a", 8e-6, 2e-6), Measured("b", 16e-6, 1e-6)};
  const ValidationScore score = round.Score(kPenalty);
  EXPECT_NEAR(score.geomean_speedup, 8, 1e-9);  // sqrt(4 * 16)
  EXPECT_NEAR(score.mean_reward, std::log(0.5) / 2, 1e-9);
  EXPECT_EQ(score.failures, 0);
}

TEST(ValidationRoundTest, AFailureCountsAtItsPenaltyAndNotAsOne) {
  ValidationRound round;
  round.programs = {Measured("a", 8e-6, 2e-6)};
  ValidatedProgram failed;
  failed.program = "b";
  failed.outcome = Outcome::kTimedOut;
  failed.reward = kPenalty;
  failed.unscheduled_seconds = 8e-6;
  failed.roofline_seconds = 1e-6;
  round.programs.push_back(failed);
  const ValidationScore score = round.Score(kPenalty);
  EXPECT_EQ(score.failures, 1);
  EXPECT_NEAR(score.mean_reward, (std::log(0.5) + kPenalty) / 2, 1e-9);
  EXPECT_NEAR(score.geomean_speedup, std::sqrt(4 * 8 * std::exp(kPenalty)), 1e-9);
}

TEST(ValidationRoundTest, AFailureWithoutReferenceTimesCountsAtItsPenalty) {
  ValidationRound round;
  ValidatedProgram lost;
  lost.reward = kPenalty;
  round.programs = {lost};
  EXPECT_NEAR(round.Score(kPenalty).geomean_speedup, std::exp(kPenalty), 1e-12);
}

TEST(ValidationRoundTest, TheScoreSurvivesItsJson) {
  ValidationRound round;
  round.iteration = 12;
  round.weights_version = 13;
  round.programs = {Measured("a", 8e-6, 3e-6)};
  const ValidationScore score = round.Score(kPenalty);
  const ValidationScore read =
      ValidationScoreFromJson(nlohmann::json::parse(ToJson(score).dump()));
  EXPECT_EQ(read.iteration, 12u);
  EXPECT_EQ(read.weights_version, 13u);
  EXPECT_EQ(read.programs, 1);
  EXPECT_EQ(read.mean_reward, score.mean_reward);
  EXPECT_EQ(read.geomean_speedup, score.geomean_speedup);
}

TEST(ValidationRoundTest, TheLineNamesTheIterationAndEveryProgram) {
  ValidationRound round;
  round.iteration = 4;
  round.programs = {Measured("a", 8e-6, 2e-6), Measured("b", 8e-6, 4e-6)};
  const nlohmann::json line = nlohmann::json::parse(round.ToJson(kPenalty));
  EXPECT_EQ(line["iteration"], 4);
  ASSERT_EQ(line["validation"]["tasks"].size(), 2u);
  EXPECT_EQ(line["validation"]["tasks"][1]["program"], "b");
  EXPECT_EQ(line["validation"]["tasks"][1]["outcome"], "ok");
  EXPECT_NEAR(line["validation"]["tasks"][1]["us"].get<double>(), 4, 1e-9);
}

}  // namespace
}  // namespace weft
