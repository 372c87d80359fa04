// Random observations for tests of policies: any number of loops, any legal mask.
#ifndef WEFT_TESTS_COMMON_POLICY_RANDOM_MASKS_H_
#define WEFT_TESTS_COMMON_POLICY_RANDOM_MASKS_H_

#include <random>

#include "common/schedule/observation.h"

namespace weft {

// 0 to kMaxLoops loops, up to kMaxTokens tokens, random features and a mask that keeps
// the guarantees of common/schedule/action_mask.h.
Observation RandomObservation(std::mt19937_64& random);

}  // namespace weft

#endif  // WEFT_TESTS_COMMON_POLICY_RANDOM_MASKS_H_
