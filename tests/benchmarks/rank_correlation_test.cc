#include "benchmarks/cost_model/rank_correlation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weft {
namespace {

using ::testing::ElementsAre;

TEST(RankCorrelationTest, EqualValuesShareTheirRanks) {
  EXPECT_THAT(Ranks({30, 10, 20, 10}), ElementsAre(4, 1.5, 3, 1.5));
}

TEST(RankCorrelationTest, OnlyTheOrderCounts) {
  EXPECT_DOUBLE_EQ(RankCorrelation({1, 2, 3, 4}, {1, 10, 100, 1000}), 1);
  EXPECT_DOUBLE_EQ(RankCorrelation({1, 2, 3, 4}, {9, 7, 5, 1}), -1);
  // 1 - 6 (0 + 1 + 1 + 0) / (4 (16 - 1)).
  EXPECT_DOUBLE_EQ(RankCorrelation({1, 2, 3, 4}, {1, 3, 2, 4}), 0.8);
}

TEST(RankCorrelationTest, WhatDoesNotVaryHasNone) {
  EXPECT_EQ(RankCorrelation({1, 2, 3}, {5, 5, 5}), 0);
  EXPECT_EQ(RankCorrelation({1}, {2}), 0);
}

}  // namespace
}  // namespace weft
