// Scaled dot-product attention: Vaswani et al. 2017, arXiv:1706.03762, section 3.2.
#ifndef WEFT_COMMON_POLICY_ENCODERS_ATTENTION_H_
#define WEFT_COMMON_POLICY_ENCODERS_ATTENTION_H_

#include <torch/types.h>

#include "common/policy/encoders/sequence.h"

namespace weft {

// [B, T, heads * d] to [B, heads, T, d], and back.
torch::Tensor SplitHeads(const torch::Tensor& vectors, int64_t heads);
torch::Tensor JoinHeads(const torch::Tensor& vectors);

// What is added to the scores: 0 where a query may look and -infinity where it may not.
// Undefined (no mask) when every query may look everywhere.
torch::Tensor PaddingMask(const SequenceLayout& layout);         // [B, 1, 1, T]
torch::Tensor CausalMask(int64_t tokens, torch::Device device);  // [T, T]

// queries [B, H, T, d]; keys and values [B, K, T, d], where K divides H: each of their
// heads serves H / K heads of queries (grouped queries, Ainslie et al. 2023,
// arXiv:2305.13245). Returns [B, H, T, d].
torch::Tensor Attend(const torch::Tensor& queries, const torch::Tensor& keys,
                     const torch::Tensor& values, const torch::Tensor& mask);

}  // namespace weft

#endif  // WEFT_COMMON_POLICY_ENCODERS_ATTENTION_H_
