// The unit in which the critic works.
#ifndef WEFT_LEARNER_PPO_VALUE_UNIT_H_
#define WEFT_LEARNER_PPO_VALUE_UNIT_H_

#include "common/config/options.h"
#include "common/policy/network.h"
#include "learner/ppo/experience.h"

namespace weft {

// Equal rewards, or returns, do not become infinite ones.
inline constexpr double kSmallestSpread = 0.1;

// The critic predicts returns in units of their spread around their mean, so that its
// learning does not depend on whether rewards are near 0 or near the failure penalty.
// Where another unit changes what the critic predicts, the values of the experience
// change with it: the value clip is about how far the critic moves by learning.
// The `first` unit of a learner is that of the experience.
void AdaptValueUnit(const PpoOptions& options, bool first, PolicyNetwork& network,
                    Experience* experience);

}  // namespace weft

#endif  // WEFT_LEARNER_PPO_VALUE_UNIT_H_
