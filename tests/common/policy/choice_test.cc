#include "common/policy/choice.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace weft {
namespace {

std::vector<float> RandomLogits(int count, std::mt19937_64& random) {
  std::normal_distribution<float> normal(0, 20);
  std::vector<float> logits;
  for (int i = 0; i < count; ++i) logits.push_back(normal(random));
  return logits;
}

TEST(MaskedSoftmax, GivesIllegalOptionsExactlyZeroAndSumsToOne) {
  std::mt19937_64 random(1);
  for (int trial = 0; trial < 1000; ++trial) {
    const int count = 1 + static_cast<int>(random() % 32);
    const auto legal = static_cast<uint32_t>(random()) | 1u << (random() % count);
    const std::vector<float> logits = RandomLogits(count, random);
    const std::vector<double> probabilities =
        MaskedSoftmax(logits.data(), count, legal);
    double total = 0;
    for (int i = 0; i < count; ++i) {
      if (!(legal >> i & 1)) {
        EXPECT_EQ(probabilities[i], 0.0);
      }
      total += probabilities[i];
    }
    EXPECT_NEAR(total, 1, 1e-12);
  }
}

TEST(MaskedSoftmax, IsNotMisledByAHugeIllegalLogit) {
  const std::vector<float> logits = {1e30f, 0, 0};
  EXPECT_THAT(MaskedSoftmax(logits.data(), 3, 0b110),
              testing::ElementsAre(0.0, 0.5, 0.5));
}

TEST(Choose, NeverDrawsAnIllegalOption) {
  std::mt19937_64 random(2);
  for (int trial = 0; trial < 2000; ++trial) {
    const int count = 1 + static_cast<int>(random() % 32);
    const auto legal = static_cast<uint32_t>(random()) | 1u << (random() % count);
    const std::vector<float> logits = RandomLogits(count, random);
    for (Selection selection : {Selection::kSample, Selection::kGreedy}) {
      const Choice choice = Choose(logits.data(), count, legal, selection, random);
      EXPECT_LT(choice.index, count);
      EXPECT_TRUE(legal >> choice.index & 1);
    }
  }
}

TEST(Choose, HasEntropyLogNOverNEqualLogits) {
  std::mt19937_64 random(3);
  const std::vector<float> logits(14, 0.25f);
  const Choice choice =
      Choose(logits.data(), 14, 0b10110100011, Selection::kSample, random);
  EXPECT_NEAR(choice.entropy, std::log(6.0), 1e-6);
  EXPECT_NEAR(choice.log_probability, -std::log(6.0), 1e-6);
}

TEST(Choose, DrawsWithTheFrequenciesOfTheSoftmax) {
  std::mt19937_64 random(4);
  const std::vector<float> logits = {std::log(1.0f), 9, std::log(2.0f), std::log(5.0f)};
  std::vector<double> frequency(4, 0.0);
  constexpr int kDraws = 40000;
  for (int i = 0; i < kDraws; ++i) {
    frequency[Choose(logits.data(), 4, 0b1101, Selection::kSample, random).index] +=
        1.0 / kDraws;
  }
  EXPECT_NEAR(frequency[0], 1.0 / 8, 0.01);
  EXPECT_EQ(frequency[1], 0);
  EXPECT_NEAR(frequency[2], 2.0 / 8, 0.01);
  EXPECT_NEAR(frequency[3], 5.0 / 8, 0.01);
}

TEST(Choose, GreedyTakesTheMostProbableLegalOption) {
  std::mt19937_64 random(5);
  const std::vector<float> logits = {3, 1, 2};
  EXPECT_EQ(Choose(logits.data(), 3, 0b110, Selection::kGreedy, random).index, 2);
}

TEST(Choose, IsAFunctionOfTheRandomEngine) {
  std::mt19937_64 random(6);
  const std::vector<float> logits = RandomLogits(14, random);
  std::mt19937_64 same = random;
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(Choose(logits.data(), 14, 0x3fff, Selection::kSample, random).index,
              Choose(logits.data(), 14, 0x3fff, Selection::kSample, same).index);
  }
}

}  // namespace
}  // namespace weft
