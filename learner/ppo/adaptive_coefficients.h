// Coefficients of the loss that follow what the policy does: the entropy bonus keeps a
// floor, the KL penalty a distance.
#ifndef WEFT_LEARNER_PPO_ADAPTIVE_COEFFICIENTS_H_
#define WEFT_LEARNER_PPO_ADAPTIVE_COEFFICIENTS_H_

#include "common/policy/decision_batch.h"

namespace weft {

// Nats: the entropy of an action of these parts if every legal option of each part were
// equally probable. 0 when there was nothing to choose.
double LargestEntropy(const ActionParts& action);

// What the coefficient of the entropy bonus must be at least in the next update; 0 when
// the target is 0. `entropy_share` is the policy's entropy over
// the largest one, both summed over the decisions of the last update, so a target means
// the same whether an action is one of three or one of a million.
//
// The automatic temperature of Haarnoja et al. 2018, arXiv:1812.05905, made one-sided:
// while the share is below the target the coefficient grows, up to twofold an update,
// and above it falls back, but never below its schedule. The policy is free to be more
// random than the target.
double NextEntropyCoefficient(double coefficient, double scheduled,
                              double entropy_share, double target);

// Schulman et al. 2017, arXiv:1707.06347, section 4: doubled when the divergence of the
// last update was above 1.5 times its target, halved when it was below the target over
// 1.5. It stays within a factor of 1024 of `initial`.
double NextKlCoefficient(double coefficient, double initial, double kl,
                         double target_kl);

}  // namespace weft

#endif  // WEFT_LEARNER_PPO_ADAPTIVE_COEFFICIENTS_H_
