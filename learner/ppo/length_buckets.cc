#include "learner/ppo/length_buckets.h"

#include <algorithm>
#include <limits>
#include <map>

namespace weft {
namespace {

struct Lengths {
  std::vector<int> length;     // Different ones, ascending.
  std::vector<int64_t> below;  // Sequences shorter than length[i]; one entry more.
};

Lengths Count(const std::vector<int>& lengths) {
  std::map<int, int64_t> counts;
  for (int length : lengths) ++counts[length];
  Lengths result;
  result.below.push_back(0);
  for (const auto& [length, count] : counts) {
    result.length.push_back(length);
    result.below.push_back(result.below.back() + count);
  }
  return result;
}

// The longest length of each group, ascending: the best cut before every length, by
// dynamic programming from the shortest up.
std::vector<int> LongestOfGroups(const Lengths& lengths, int64_t overhead) {
  const size_t count = lengths.length.size();
  std::vector<int64_t> cost(count + 1, std::numeric_limits<int64_t>::max());
  std::vector<size_t> cut(count + 1, 0);
  cost[0] = 0;
  for (size_t end = 1; end <= count; ++end) {
    for (size_t begin = 0; begin < end; ++begin) {
      const int64_t sequences = lengths.below[end] - lengths.below[begin];
      const int64_t padded =
          cost[begin] + sequences * lengths.length[end - 1] + overhead;
      if (padded >= cost[end]) continue;
      cost[end] = padded;
      cut[end] = begin;
    }
  }
  std::vector<int> longest;
  for (size_t end = count; end > 0; end = cut[end]) {
    longest.push_back(lengths.length[end - 1]);
  }
  std::reverse(longest.begin(), longest.end());
  return longest;
}

}  // namespace

std::vector<std::vector<int>> BucketByLength(const std::vector<int>& lengths,
                                             int64_t overhead_tokens) {
  const std::vector<int> longest =
      overhead_tokens < 0 ? std::vector<int>{std::numeric_limits<int>::max()}
                          : LongestOfGroups(Count(lengths), overhead_tokens);
  std::vector<std::vector<int>> groups(longest.size());
  for (size_t i = 0; i < lengths.size(); ++i) {
    const auto group = std::lower_bound(longest.begin(), longest.end(), lengths[i]);
    groups[group - longest.begin()].push_back(static_cast<int>(i));
  }
  return groups;
}

}  // namespace weft
