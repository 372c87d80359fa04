#include "learner/ppo/schedules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

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

TEST(ValidatePpo, RefusesWhatIsNotANumber) {
  PpoOptions options;
  options.learning_rate = std::numeric_limits<double>::quiet_NaN();
  EXPECT_FALSE(ValidatePpo(options).ok());
}

}  // namespace
}  // namespace weft
