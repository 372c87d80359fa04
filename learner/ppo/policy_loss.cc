#include "learner/ppo/policy_loss.h"

#include "common/policy/replay.h"

namespace weft {
namespace {

torch::Tensor ToTensor(const std::vector<float>& values, torch::Device device) {
  return torch::tensor(values, torch::kFloat32).to(device);
}

}  // namespace

PolicyLoss ComputeLoss(PolicyNetwork& network, const Minibatch& batch,
                       const PpoOptions& options, double entropy_coefficient) {
  const Replay replay = ReplayDecisions(network, batch.tokens, batch.parts);
  const torch::Device device = replay.value.device();
  const torch::Tensor advantages = ToTensor(batch.advantages, device);
  const torch::Tensor returns = ToTensor(batch.returns, device);

  const torch::Tensor log_ratio =
      replay.log_probability - ToTensor(batch.acting_log_probabilities, device);
  const torch::Tensor ratio = log_ratio.exp();
  const torch::Tensor clipped =
      ratio.clamp(1 - options.clip_ratio, 1 + options.clip_ratio);
  const torch::Tensor policy =
      -torch::minimum(ratio * advantages, clipped * advantages).mean();

  const double scale = network.value_scale();
  const torch::Tensor value =
      torch::smooth_l1_loss(replay.value / scale, returns / scale);
  const torch::Tensor entropy = replay.entropy.mean();

  PolicyLoss loss;
  loss.total =
      policy + options.value_coefficient * value - entropy_coefficient * entropy;
  loss.policy = policy.item<double>();
  loss.value = value.item<double>();
  loss.entropy = entropy.item<double>();
  loss.approximate_kl = (ratio - 1 - log_ratio).mean().item<double>();
  loss.clip_fraction = (ratio - 1)
                           .abs()
                           .gt(options.clip_ratio)
                           .to(torch::kFloat32)
                           .mean()
                           .item<double>();
  return loss;
}

}  // namespace weft
