#include "learner/ppo/length_buckets.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <map>
#include <random>

namespace weft {
namespace {

using ::testing::ElementsAre;

int64_t Cost(const std::vector<int>& lengths,
             const std::vector<std::vector<int>>& groups, int64_t overhead) {
  int64_t cost = 0;
  for (const std::vector<int>& group : groups) {
    int longest = 0;
    for (int i : group) longest = std::max(longest, lengths[i]);
    cost += overhead + static_cast<int64_t>(group.size()) * longest;
  }
  return cost;
}

// The best over all sets of places to cut the sorted lengths.
int64_t LeastCost(std::vector<int> lengths, int64_t overhead) {
  std::sort(lengths.begin(), lengths.end());
  const size_t places = lengths.size() - 1;
  int64_t least = std::numeric_limits<int64_t>::max();
  for (uint32_t cuts = 0; cuts < uint32_t{1} << places; ++cuts) {
    int64_t cost = 0;
    int64_t count = 0;
    for (size_t i = 0; i < lengths.size(); ++i) {
      ++count;
      if (i < places && !(cuts >> i & 1)) continue;
      cost += overhead + count * lengths[i];
      count = 0;
    }
    least = std::min(least, cost);
  }
  return least;
}

TEST(BucketByLength, SplitsWherePaddingCostsMoreThanABatch) {
  EXPECT_THAT(BucketByLength({30, 10, 10, 30, 10}, 5),
              ElementsAre(ElementsAre(1, 2, 4), ElementsAre(0, 3)));
  EXPECT_THAT(BucketByLength({30, 10, 10, 30, 10}, 1000),
              ElementsAre(ElementsAre(0, 1, 2, 3, 4)));
}

TEST(BucketByLength, IsOneGroupWithoutAnOverhead) {
  EXPECT_THAT(BucketByLength({1, 40, 2}, -1), ElementsAre(ElementsAre(0, 1, 2)));
}

TEST(BucketByLength, CostsTheLeastThereIs) {
  std::mt19937_64 random(1);
  for (int trial = 0; trial < 100; ++trial) {
    std::vector<int> lengths(10);
    for (int& length : lengths) length = 1 + static_cast<int>(random() % 20);
    const auto overhead = static_cast<int64_t>(random() % 40);
    const auto groups = BucketByLength(lengths, overhead);
    EXPECT_EQ(Cost(lengths, groups, overhead), LeastCost(lengths, overhead));
    std::vector<int> seen;
    for (const auto& group : groups)
      seen.insert(seen.end(), group.begin(), group.end());
    std::sort(seen.begin(), seen.end());
    EXPECT_THAT(seen, ElementsAre(0, 1, 2, 3, 4, 5, 6, 7, 8, 9));
  }
}

}  // namespace
}  // namespace weft
