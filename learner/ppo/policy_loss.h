// The clipped objective of PPO, with the critic's loss and the entropy bonus.
#ifndef WEFT_LEARNER_PPO_POLICY_LOSS_H_
#define WEFT_LEARNER_PPO_POLICY_LOSS_H_

#include <torch/types.h>

#include "common/config/options.h"
#include "common/policy/network.h"
#include "learner/ppo/experience.h"

namespace weft {

struct PolicyLoss {
  torch::Tensor total;  // Scalar, with gradient: what is minimized.
  double policy = 0;
  double value = 0;  // In squared units of the returns' spread.
  double entropy = 0;
  double approximate_kl =
      0;  // Mean of (r - 1) - ln r, Schulman's low-variance estimate.
  double clip_fraction = 0;
};

// The critic's loss is Huber's, which bounds the pull of a rare failure penalty.
PolicyLoss ComputeLoss(PolicyNetwork& network, const Minibatch& batch,
                       const PpoOptions& options, double entropy_coefficient);

}  // namespace weft

#endif  // WEFT_LEARNER_PPO_POLICY_LOSS_H_
