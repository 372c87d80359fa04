// Splits a minibatch by length, so that short sequences are not padded to the longest.
#ifndef WEFT_LEARNER_PPO_LENGTH_BUCKETS_H_
#define WEFT_LEARNER_PPO_LENGTH_BUCKETS_H_

#include <cstdint>
#include <vector>

namespace weft {

// What a batch costs beside its tokens, in tokens, on a CPU: about 200 with two layers
// of width 128, less with wider ones.
inline constexpr int64_t kBucketOverheadTokens = 192;

// Groups of the positions 0..lengths.size()-1, short sequences first, positions of a
// group ascending. Each group is padded to its longest sequence, and costs
// `overhead_tokens` tokens more for being a batch of its own: the sum of that is the
// least there is. With an overhead below 0 there is one group. Lengths are at least 1.
// Pure, thread-safe; O(L^2) in the number L of different lengths.
std::vector<std::vector<int>> BucketByLength(const std::vector<int>& lengths,
                                             int64_t overhead_tokens);

}  // namespace weft

#endif  // WEFT_LEARNER_PPO_LENGTH_BUCKETS_H_
