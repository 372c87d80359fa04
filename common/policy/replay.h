// The probability of decisions that were taken, with gradients: what the learner needs.
#ifndef WEFT_COMMON_POLICY_REPLAY_H_
#define WEFT_COMMON_POLICY_REPLAY_H_

#include <torch/types.h>

#include "common/policy/decision_batch.h"
#include "common/policy/network.h"

namespace weft {

// Each of shape [B].
struct Replay {
  torch::Tensor log_probability;  // Of the joint action.
  torch::Tensor entropy;          // Nats, summed over the parts that the action used.
  torch::Tensor value;            // In the unit of the reward.
};

// Replays B decisions on the network's device. The masks are those of Decompose, the
// same that TorchPolicy samples under; an illegal option has probability exactly 0 and
// gets no gradient.
Replay ReplayDecisions(PolicyNetwork& network, const TokenBatch& tokens,
                       const PartBatch& parts);

}  // namespace weft

#endif  // WEFT_COMMON_POLICY_REPLAY_H_
