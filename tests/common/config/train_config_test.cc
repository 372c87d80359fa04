#include "common/config/train_config.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace weft {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string ErrorOf(const std::string& text,
                    const std::vector<std::string>& overrides = {}) {
  const auto config = ParseTrainConfig(text, "run.yaml", overrides);
  EXPECT_EQ(config.status().code(), absl::StatusCode::kInvalidArgument);
  return std::string(config.status().message());
}

TEST(TrainConfigTest, KeysThatAreAbsentKeepTheirDefaults) {
  const auto config = ParseTrainConfig("suite: programs\n", "run.yaml");
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->suite, "programs");
  EXPECT_EQ(config->ppo.epochs, PpoOptions().epochs);
}

TEST(TrainConfigTest, ReadsEveryKindOfValue) {
  const auto config = ParseTrainConfig(
      "suite: a\nseed: 7\nppo: {clip_ratio: 0.1, epochs: 9}\n"
      "learner: {device: cpu}\nmeasure: {memory_limit_mebibytes: 512}\n",
      "run.yaml");
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->seed, 7u);
  EXPECT_DOUBLE_EQ(config->ppo.clip_ratio, 0.1);
  EXPECT_EQ(config->ppo.epochs, 9);
  EXPECT_EQ(config->learner.device, "cpu");
  EXPECT_EQ(config->measure.memory_limit_mebibytes, 512u);
}

TEST(TrainConfigTest, AnUnknownKeyIsNamedWithFileLineAndTheNearestKey) {
  const std::string error = ErrorOf("suite: a\nppo:\n  clip_ration: 0.2\n");
  EXPECT_THAT(error, HasSubstr("run.yaml:3: ppo.clip_ration: unknown key"));
  EXPECT_THAT(error, HasSubstr("did you mean 'clip_ratio'?"));
}

TEST(TrainConfigTest, AWrongTypeNamesWhatIsAllowed) {
  EXPECT_THAT(
      ErrorOf("suite: a\nppo:\n  epochs: many\n"),
      HasSubstr("run.yaml:3: ppo.epochs: expected a whole number from 1 to 100, "
                "got 'many'"));
  EXPECT_THAT(ErrorOf("suite: [a, b]\n"),
              HasSubstr("run.yaml:1: suite: expected text"));
  EXPECT_THAT(ErrorOf("suite: a\nppo: 3\n"),
              HasSubstr("run.yaml:2: ppo: expected a section"));
}

TEST(TrainConfigTest, AValueOutOfRangeNamesTheRange) {
  EXPECT_THAT(ErrorOf("suite: a\nppo: {clip_ratio: 7}\n"),
              HasSubstr("from 0.001 to 1"));
  EXPECT_THAT(ErrorOf("suite: a\nseed: -1\n"), HasSubstr("run.yaml:2: seed"));
  EXPECT_THAT(ErrorOf("suite: a\nppo: {learning_rate: .nan}\n"),
              HasSubstr("learning_rate"));
}

TEST(TrainConfigTest, AChoiceListsTheChoices) {
  EXPECT_THAT(ErrorOf("suite: a\nlearner: {device: gpu}\n"),
              HasSubstr("learner.device: expected one of auto, cpu, cuda, got 'gpu'"));
}

TEST(TrainConfigTest, ADualClipBelowOneIsAnError) {
  EXPECT_THAT(ErrorOf("suite: a\nppo: {dual_clip: 0.5}\n"),
              HasSubstr("ppo.dual_clip: expected 0 (off) or more than 1, got 0.5"));
}

TEST(TrainConfigTest, EveryProblemOfAFileIsReportedAtOnce) {
  const std::string error = ErrorOf("suite: a\nseed: x\nppo: {epochs: 0}\nnam: b\n");
  EXPECT_THAT(error, HasSubstr("run.yaml:2: seed"));
  EXPECT_THAT(error, HasSubstr("run.yaml:3: ppo.epochs"));
  EXPECT_THAT(error, HasSubstr("run.yaml:4: nam"));
}

TEST(TrainConfigTest, AKeyGivenTwiceIsAnError) {
  EXPECT_THAT(ErrorOf("suite: a\nseed: 1\nseed: 2\n"), HasSubstr("given twice"));
}

TEST(TrainConfigTest, BrokenYamlNamesTheLine) {
  EXPECT_THAT(ErrorOf("suite: a\nppo: {epochs: 1\n"), HasSubstr("run.yaml:"));
}

TEST(TrainConfigTest, OverridesWinAndAreCheckedLikeTheFile) {
  const auto config = ParseTrainConfig("suite: a\nppo: {epochs: 2}\n", "run.yaml",
                                       {"ppo.epochs=3", "learner.iterations=5"});
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->ppo.epochs, 3);
  EXPECT_EQ(config->learner.iterations, 5);
  const std::string error = ErrorOf("suite: a\n", {"ppo.epoch=3"});
  EXPECT_THAT(error, HasSubstr("--set: ppo.epoch: unknown key"));
  EXPECT_THAT(error, Not(HasSubstr("run.yaml")));
}

TEST(TrainConfigTest, WhatIsPrintedReadsBackEqual) {
  TrainConfig config;
  config.suite = "some where: # else";
  config.seed = 123456789012345678;
  config.ppo.learning_rate = 0.1 + 0.2;
  const std::string printed = ToYaml(config);
  const auto read = ParseTrainConfig(printed, "printed");
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->suite, config.suite);
  EXPECT_EQ(read->seed, config.seed);
  EXPECT_EQ(read->ppo.learning_rate, config.ppo.learning_rate);
  EXPECT_EQ(ToYaml(*read), printed);
}

TEST(TrainConfigTest, AMissingFileIsNotFound) {
  const auto config = LoadTrainConfig("/nonexistent/run.yaml");
  EXPECT_EQ(config.status().code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(config.status().message()),
              HasSubstr("/nonexistent/run.yaml"));
}

TEST(TrainConfigTest, AFolderIsNotAConfig) {
  const auto config = LoadTrainConfig(::testing::TempDir());
  EXPECT_EQ(config.status().code(), absl::StatusCode::kNotFound);
}

TEST(TrainConfigTest, PreTrainingIsAPartOfTheIterationsOnRealProgramsAlone) {
  const std::string iterations = "learner: {iterations: 60}\n";
  const std::string pretrain = "pretrain: {iterations: 60}\n";
  const auto all = ParseTrainConfig("suite: s\n" + iterations + pretrain, "run.yaml");
  EXPECT_THAT(std::string(all.status().message()),
              HasSubstr("run.yaml: pretrain.iterations: expected fewer than "
                        "learner.iterations (60)"));
  const auto modelled =
      ParseTrainConfig("environment: cost-model\n" + iterations + pretrain, "run.yaml");
  ASSERT_TRUE(modelled.ok()) << modelled.status();
  EXPECT_FALSE(NeedsPretraining(*modelled));
  const auto part =
      ParseTrainConfig("suite: s\nlearner: {iterations: 61}\n" + pretrain, "run.yaml");
  ASSERT_TRUE(part.ok()) << part.status();
  ASSERT_TRUE(NeedsPretraining(*part));
  const TrainConfig stage = PretrainingConfig(*part);
  EXPECT_EQ(stage.environment, "cost-model");
  EXPECT_EQ(stage.learner.iterations, 60);
  EXPECT_FALSE(NeedsPretraining(stage));
  EXPECT_TRUE(ParseTrainConfig(ToYaml(stage), "pretraining.yaml").ok());
}

}  // namespace
}  // namespace weft
