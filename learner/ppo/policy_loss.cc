#include "learner/ppo/policy_loss.h"

#include <algorithm>
#include <vector>

namespace weft {
namespace {

torch::Tensor MakeTensor(const std::vector<float>& values, bool pinned) {
  torch::Tensor tensor =
      torch::empty({static_cast<int64_t>(values.size())},
                   torch::TensorOptions(torch::kFloat32).pinned_memory(pinned));
  std::copy(values.begin(), values.end(), tensor.data_ptr<float>());
  return tensor;
}

// What is maximized, for each decision.
torch::Tensor ClippedObjective(const torch::Tensor& ratio,
                               const torch::Tensor& advantages,
                               const PpoOptions& options) {
  const torch::Tensor clipped =
      ratio.clamp(1 - options.clip_ratio, 1 + options.clip_ratio);
  const torch::Tensor objective =
      torch::minimum(ratio * advantages, clipped * advantages);
  if (options.dual_clip == 0) return objective;
  // However probable a bad action has become, it counts for no more than this.
  return torch::where(advantages.lt(0),
                      torch::maximum(objective, options.dual_clip * advantages),
                      objective);
}

torch::Tensor ValueLoss(const torch::Tensor& values, const MinibatchTensors& batch,
                        const PpoOptions& options, double scale) {
  const auto loss = [&](const torch::Tensor& predicted) {
    return torch::smooth_l1_loss(predicted / scale, batch.returns / scale,
                                 at::Reduction::None);
  };
  if (options.value_clip == 0) return loss(values);
  const double reach = options.value_clip * scale;
  const torch::Tensor clipped =
      batch.values + (values - batch.values).clamp(-reach, reach);
  return torch::maximum(loss(values), loss(clipped));
}

}  // namespace

MinibatchTensors MakeMinibatchTensors(const Minibatch& batch, bool pinned) {
  return {MakeDecisionTensors(batch.tokens, batch.parts, pinned),
          MakeTensor(batch.proximal_log_probabilities, pinned),
          MakeTensor(batch.weights, pinned),
          MakeTensor(batch.values, pinned),
          MakeTensor(batch.advantages, pinned),
          MakeTensor(batch.returns, pinned)};
}

MinibatchTensors ToDevice(const MinibatchTensors& batch, torch::Device device) {
  return {ToDevice(batch.decisions, device),
          ToDevice(batch.proximal_log_probabilities, device),
          ToDevice(batch.weights, device),
          ToDevice(batch.values, device),
          ToDevice(batch.advantages, device),
          ToDevice(batch.returns, device)};
}

PolicyLoss ComputeLoss(PolicyNetwork& network, const MinibatchTensors& batch,
                       const PpoOptions& options, const LossSettings& settings,
                       int64_t decisions) {
  const Replay replay = ReplayDecisions(
      network, batch.decisions,
      options.precision == "bf16" ? Precision::kBf16 : Precision::kFloat32);
  const torch::Tensor log_ratio =
      replay.log_probability - batch.proximal_log_probabilities;
  const torch::Tensor ratio = log_ratio.exp();
  const auto mean = [&](const torch::Tensor& values) {
    return values.sum() / static_cast<double>(decisions);
  };
  const torch::Tensor policy =
      -mean(batch.weights * ClippedObjective(ratio, batch.advantages, options));
  const torch::Tensor value =
      mean(ValueLoss(replay.value, batch, options, settings.value_scale));
  const torch::Tensor entropy = mean(replay.entropy);
  const torch::Tensor kl = mean(ratio - 1 - log_ratio);

  PolicyLoss loss;
  loss.total = policy + options.value_coefficient * value -
               settings.entropy_coefficient * entropy;
  if (settings.kl_coefficient > 0) {
    loss.total = loss.total + settings.kl_coefficient * kl;
  }
  const torch::Tensor clip_fraction =
      mean((ratio - 1).abs().gt(options.clip_ratio).to(torch::kFloat32));
  loss.terms = torch::stack({policy, value, entropy, kl, clip_fraction}).detach();
  return loss;
}

LossTerms ReadTerms(const torch::Tensor& terms) {
  const torch::Tensor values = terms.to(torch::kCPU, torch::kFloat64);
  const double* term = values.data_ptr<double>();
  return {term[0], term[1], term[2], term[3], term[4]};
}

}  // namespace weft
