// One choice from a masked softmax, in plain C++.
#ifndef WEFT_COMMON_POLICY_CHOICE_H_
#define WEFT_COMMON_POLICY_CHOICE_H_

#include <cstdint>
#include <random>
#include <vector>

#include "common/policy/policy.h"

namespace weft {

// The softmax of `logits` over the entries whose bit is set in `legal`; every other
// entry is exactly 0. Requires a legal entry and at most 32 finite logits.
std::vector<double> MaskedSoftmax(const float* logits, int count, uint32_t legal);

struct Choice {
  int index = 0;
  float log_probability = 0;  // Of `index`, natural log.
  float entropy = 0;          // Of the distribution, in nats.
};

// Draws from MaskedSoftmax, or takes its first maximum. The draw depends on `random`
// alone and not on LibTorch's generators, so that a seeded actor can be replayed.
Choice Choose(const float* logits, int count, uint32_t legal, Selection selection,
              std::mt19937_64& random);

}  // namespace weft

#endif  // WEFT_COMMON_POLICY_CHOICE_H_
