#include "learner/ppo/schedules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <set>

namespace weft {
namespace {

using ::testing::HasSubstr;

TEST(LinearDecay, GoesFromStartToEndAndStaysThere) {
  EXPECT_DOUBLE_EQ(LinearDecay(1, 0.1, 0, 11), 1);
  EXPECT_DOUBLE_EQ(LinearDecay(1, 0.1, 5, 11), 0.55);
  EXPECT_DOUBLE_EQ(LinearDecay(1, 0.1, 10, 11), 0.1);
  EXPECT_DOUBLE_EQ(LinearDecay(1, 0.1, 99, 11), 0.1);
}

TEST(LinearDecay, OfARunOfOneUpdateStartsAtTheStart) {
  EXPECT_DOUBLE_EQ(LinearDecay(1, 0.1, 0, 1), 1);
}

TEST(LearningRate, FallsLinearlyToItsFinalRatio) {
  PpoOptions options;
  options.learning_rate = 2;
  options.final_learning_rate_ratio = 0.1;
  EXPECT_DOUBLE_EQ(LearningRate(options, 0, 11), 2);
  EXPECT_DOUBLE_EQ(LearningRate(options, 5, 11), 1.1);
  EXPECT_DOUBLE_EQ(LearningRate(options, 10, 11), 0.2);
  EXPECT_DOUBLE_EQ(LearningRate(options, 50, 11), 0.2);
}

TEST(LearningRate, WarmsUpBeforeItFalls) {
  PpoOptions options;
  options.learning_rate = 1;
  options.warmup_updates = 4;
  const double expected[] = {0.2, 0.4, 0.6, 0.8, 1};
  for (int i = 0; i < 5; ++i) {
    EXPECT_DOUBLE_EQ(LearningRate(options, i, 15), expected[i]);
  }
  EXPECT_LT(LearningRate(options, 5, 15), 1);
  EXPECT_DOUBLE_EQ(LearningRate(options, 14, 15), 0.1);
}

TEST(LearningRate, FollowsTheScheduleThatIsNamed) {
  PpoOptions options;
  options.learning_rate = 1;
  options.final_learning_rate_ratio = 0;
  options.learning_rate_schedule = "cosine";
  EXPECT_DOUBLE_EQ(LearningRate(options, 0, 5), 1);
  EXPECT_NEAR(LearningRate(options, 1, 5), (1 + std::sqrt(0.5)) / 2, 1e-12);
  EXPECT_NEAR(LearningRate(options, 4, 5), 0, 1e-12);
  options.learning_rate_schedule = "constant";
  EXPECT_DOUBLE_EQ(LearningRate(options, 4, 5), 1);
}

TEST(EpisodeMinibatches, HoldWholeEpisodesAndAreNeverSmall) {
  const std::vector<int> firsts = {0, 3, 5, 9, 10, 14, 16};
  std::mt19937_64 random(1);
  for (int trial = 0; trial < 50; ++trial) {
    std::multiset<int> seen;
    for (const auto& batch : EpisodeMinibatches(firsts, 5, random)) {
      EXPECT_GE(batch.size(), 5u);
      const std::set<int> members(batch.begin(), batch.end());
      for (size_t i = 0; i + 1 < firsts.size(); ++i) {
        for (int j = firsts[i]; j < firsts[i + 1]; ++j) {
          EXPECT_EQ(members.count(j), members.count(firsts[i]));
        }
      }
      seen.insert(batch.begin(), batch.end());
    }
    EXPECT_EQ(seen.size(), 16u);
    EXPECT_EQ(std::set<int>(seen.begin(), seen.end()).size(), 16u);
  }
  EXPECT_EQ(EpisodeMinibatches({0, 2}, 100, random).size(), 1u);
}

TEST(Minibatches, VisitEveryDecisionOnceAndAreNeverSmall) {
  std::mt19937_64 random(1);
  const auto batches = Minibatches(70, 32, random);
  ASSERT_EQ(batches.size(), 2u);
  EXPECT_EQ(batches[0].size(), 32u);
  EXPECT_EQ(batches[1].size(), 38u);
  std::set<int> seen;
  for (const auto& batch : batches) seen.insert(batch.begin(), batch.end());
  EXPECT_EQ(seen.size(), 70u);
  EXPECT_EQ(*seen.rbegin(), 69);
}

TEST(Minibatches, AreOneWhenThereAreFewDecisions) {
  std::mt19937_64 random(1);
  const auto batches = Minibatches(5, 128, random);
  ASSERT_EQ(batches.size(), 1u);
  EXPECT_EQ(batches[0].size(), 5u);
}

TEST(Minibatches, ComeInAnotherOrderEveryTimeAndTheSameForTheSameEngine) {
  std::mt19937_64 random(1);
  std::mt19937_64 same(1);
  const auto first = Minibatches(50, 10, random);
  EXPECT_EQ(Minibatches(50, 10, same), first);
  EXPECT_NE(Minibatches(50, 10, random), first);
}

TEST(ValidatePpo, AcceptsTheDefaults) { EXPECT_TRUE(ValidatePpo(PpoOptions()).ok()); }

TEST(ValidatePpo, NamesTheOptionTheBoundsAndTheValue) {
  PpoOptions options;
  options.discount = 1.5;
  const absl::Status status = ValidatePpo(options);
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), HasSubstr("ppo.discount"));
  EXPECT_THAT(std::string(status.message()), HasSubstr("1.5"));
}

TEST(ValidatePpo, HasTheBoundsOfAConfig) {
  PpoOptions options;
  options.epochs = 101;
  EXPECT_THAT(std::string(ValidatePpo(options).message()), HasSubstr("[1, 100]"));
  options = PpoOptions();
  options.learning_rate = 0;
  EXPECT_FALSE(ValidatePpo(options).ok());
}

TEST(ValidatePpo, NamesTheChoicesOfAnOption) {
  PpoOptions options;
  options.learning_rate_schedule = "square";
  EXPECT_THAT(std::string(ValidatePpo(options).message()),
              HasSubstr("ppo.learning_rate_schedule: expected one of constant, linear, "
                        "cosine, got square"));
}

TEST(ValidatePpo, RefusesADualClipThatWouldClipEverything) {
  PpoOptions options;
  options.dual_clip = 0.5;
  EXPECT_THAT(std::string(ValidatePpo(options).message()), HasSubstr("ppo.dual_clip"));
  options.dual_clip = 3;
  EXPECT_TRUE(ValidatePpo(options).ok());
}

TEST(ValidatePpo, RefusesWhatIsNotANumber) {
  PpoOptions options;
  options.learning_rate = std::numeric_limits<double>::quiet_NaN();
  EXPECT_FALSE(ValidatePpo(options).ok());
}

}  // namespace
}  // namespace weft
