// The clipped objective of PPO, with the critic's loss and the entropy bonus.
#ifndef WEFT_LEARNER_PPO_POLICY_LOSS_H_
#define WEFT_LEARNER_PPO_POLICY_LOSS_H_

#include <torch/types.h>

#include "common/config/options.h"
#include "common/policy/network.h"
#include "common/policy/replay.h"
#include "learner/ppo/experience.h"

namespace weft {

// A minibatch, or a part of one, of B decisions; the others are [B] float32.
struct MinibatchTensors {
  DecisionTensors decisions;
  torch::Tensor proximal_log_probabilities;
  torch::Tensor weights;
  torch::Tensor values;
  torch::Tensor advantages;
  torch::Tensor returns;

  int64_t size() const { return weights.size(0); }
};

// On the CPU; see MakeDecisionTensors.
MinibatchTensors MakeMinibatchTensors(const Minibatch& batch, bool pinned);
MinibatchTensors ToDevice(const MinibatchTensors& batch, torch::Device device);

// What changes from update to update.
struct LossSettings {
  double entropy_coefficient = 0;
  double kl_coefficient = 0;
  double value_scale = 1;  // The network's.
};

// What is reported of a loss, in the order of PolicyLoss::terms.
struct LossTerms {
  double policy = 0;
  double value = 0;  // In squared units of the returns' spread.
  double entropy = 0;
  double approximate_kl = 0;  // (r - 1) - ln r, Schulman's low-variance estimate.
  double clip_fraction = 0;
};

struct PolicyLoss {
  torch::Tensor total;  // Scalar, with gradient: what is minimized.
  torch::Tensor terms;  // [5], without: LossTerms.
};

// Sums over the decisions of `batch`, divided by `decisions`: those of the whole
// minibatch, when `batch` is a part of it. In float32 whatever the network's precision.
//
// The ratio r is that of the learning policy to the one at the start of the update, and
// each sample is weighted by Minibatch::weights (the decoupled objective of Hilton et
// al. 2021, arXiv:2110.00641). The critic's loss is Huber's, which bounds the pull of a
// rare failure penalty.
PolicyLoss ComputeLoss(PolicyNetwork& network, const MinibatchTensors& batch,
                       const PpoOptions& options, const LossSettings& settings,
                       int64_t decisions);

// Waits for the device.
LossTerms ReadTerms(const torch::Tensor& terms);

}  // namespace weft

#endif  // WEFT_LEARNER_PPO_POLICY_LOSS_H_
