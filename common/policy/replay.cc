#include "common/policy/replay.h"

namespace weft {
namespace {

// Far below any logit, and finite, so that no gradient becomes NaN.
constexpr double kIllegalLogit = -1e30;

template <typename T>
torch::Tensor ToTensor(const std::vector<T>& values, torch::IntArrayRef shape,
                       torch::Device device) {
  // from_blob takes no const pointer; the copy is what is used.
  const torch::Tensor view =
      torch::from_blob(const_cast<T*>(values.data()), shape,
                       torch::TensorOptions(c10::CppTypeToScalarType<T>::value));
  return device.is_cpu() ? view.clone() : view.to(device);
}

struct ChoiceTerms {
  torch::Tensor log_probability;  // [R], 0 where unused.
  torch::Tensor entropy;          // [R], 0 where unused.
};

ChoiceTerms Evaluate(const torch::Tensor& logits, const ChoiceBatch& choices) {
  const auto rows = static_cast<int64_t>(choices.chosen.size());
  const torch::Device device = logits.device();
  const torch::Tensor illegal =
      ToTensor(choices.legal, {rows, choices.options}, device).eq(0);
  const torch::Tensor used = ToTensor(choices.used, {rows}, device);
  const torch::Tensor chosen = ToTensor(choices.chosen, {rows, 1}, device);
  const torch::Tensor log_probabilities =
      torch::log_softmax(logits.masked_fill(illegal, kIllegalLogit), 1);
  // 0 * log 0 counts as 0.
  const torch::Tensor finite = log_probabilities.masked_fill(illegal, 0.0);
  return {log_probabilities.gather(1, chosen).squeeze(1) * used,
          -(log_probabilities.exp() * finite).sum(1) * used};
}

}  // namespace

Replay ReplayDecisions(PolicyNetwork& network, const TokenBatch& tokens,
                       const PartBatch& parts) {
  const torch::Device device = network.parameters().front().device();
  const int64_t batch = tokens.decisions;
  const PolicyNetwork::Encoded encoded = network.Encode(
      ToTensor(tokens.features, {batch, tokens.tokens, kTokenWidth}, device),
      ToTensor(tokens.token_kinds, {batch, tokens.tokens}, device),
      ToTensor(tokens.lengths, {batch}, torch::kCPU), parts.loops);

  const ChoiceTerms kind = Evaluate(network.KindLogits(encoded.pooled), parts.kind);
  const ChoiceTerms mode = Evaluate(network.ModeLogits(encoded.pooled), parts.mode);
  const torch::Tensor slots = ToTensor(parts.slots, {batch}, device);
  const ChoiceTerms sizes = Evaluate(
      network.SizeLogits(encoded, slots).reshape({-1, kNumSizes}), parts.sizes);
  // One row for each depth: the same scores under a mask that shrinks.
  const ChoiceTerms order = Evaluate(network.OrderScores(encoded)
                                         .unsqueeze(1)
                                         .expand({-1, parts.loops, -1})
                                         .reshape({-1, parts.loops}),
                                     parts.order);

  const auto per_decision = [&](const torch::Tensor& rows) {
    return rows.view({batch, parts.loops}).sum(1);
  };
  Replay replay;
  replay.log_probability = kind.log_probability + mode.log_probability +
                           per_decision(sizes.log_probability) +
                           per_decision(order.log_probability);
  replay.entropy = kind.entropy + mode.entropy + per_decision(sizes.entropy) +
                   per_decision(order.entropy);
  replay.value = network.Value(encoded.pooled);
  return replay;
}

}  // namespace weft
