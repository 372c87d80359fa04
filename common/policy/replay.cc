#include "common/policy/replay.h"

#include <ATen/autocast_mode.h>
#include <torch/version.h>

#include <algorithm>

namespace weft {
namespace {

// Far below any logit, and finite, so that no gradient becomes NaN.
constexpr double kIllegalLogit = -1e30;

// While it lives, this thread's CUDA operations that gain by it run in bfloat16.
class Bf16Autocast {
 public:
  explicit Bf16Autocast(bool enabled) : enabled_(enabled) {
    if (!enabled_) return;
    was_enabled_ = Enabled();
    Enable(true);
    at::autocast::increment_nesting();
  }
  ~Bf16Autocast() {
    if (!enabled_) return;
    // The cache holds casts of weights that the next optimizer step changes.
    if (at::autocast::decrement_nesting() == 0) at::autocast::clear_cache();
    Enable(was_enabled_);
  }
  Bf16Autocast(const Bf16Autocast&) = delete;
  Bf16Autocast& operator=(const Bf16Autocast&) = delete;

 private:
#if TORCH_VERSION_MAJOR > 2 || (TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR >= 4)
  static bool Enabled() { return at::autocast::is_autocast_enabled(at::kCUDA); }
  static void Enable(bool on) {
    at::autocast::set_autocast_dtype(at::kCUDA, at::kBFloat16);
    at::autocast::set_autocast_enabled(at::kCUDA, on);
  }
#else
  static bool Enabled() { return at::autocast::is_enabled(); }
  static void Enable(bool on) {
    at::autocast::set_autocast_gpu_dtype(at::kBFloat16);
    at::autocast::set_enabled(on);
  }
#endif

  const bool enabled_;
  bool was_enabled_ = false;
};

template <typename T>
torch::Tensor MakeTensor(const std::vector<T>& values, torch::IntArrayRef shape,
                         bool pinned) {
  // from_blob takes no const pointer; the copy is what is used.
  const torch::Tensor view =
      torch::from_blob(const_cast<T*>(values.data()), shape,
                       torch::TensorOptions(c10::CppTypeToScalarType<T>::value));
  return pinned ? view.pin_memory() : view.clone();
}

ChoiceTensors MakeChoiceTensors(const ChoiceBatch& choices, bool pinned) {
  const auto rows = static_cast<int64_t>(choices.chosen.size());
  ChoiceTensors tensors;
  tensors.illegal =
      torch::empty({rows, choices.options},
                   torch::TensorOptions(torch::kBool).pinned_memory(pinned));
  std::transform(choices.legal.begin(), choices.legal.end(),
                 tensors.illegal.data_ptr<bool>(),
                 [](uint8_t legal) { return legal == 0; });
  tensors.chosen = MakeTensor(choices.chosen, {rows, 1}, pinned);
  tensors.used = MakeTensor(choices.used, {rows}, pinned);
  return tensors;
}

ChoiceTensors ChoicesToDevice(const ChoiceTensors& choices, torch::Device device) {
  return {ToDevice(choices.illegal, device), ToDevice(choices.chosen, device),
          ToDevice(choices.used, device)};
}

struct ChoiceTerms {
  torch::Tensor log_probability;  // [R], 0 where unused.
  torch::Tensor entropy;          // [R], 0 where unused.
};

ChoiceTerms Evaluate(const torch::Tensor& logits, const ChoiceTensors& choices) {
  const torch::Tensor log_probabilities =
      MaskedLogProbabilities(logits, choices.illegal);
  // 0 * log 0 counts as 0.
  const torch::Tensor finite = log_probabilities.masked_fill(choices.illegal, 0.0);
  return {log_probabilities.gather(1, choices.chosen).squeeze(1) * choices.used,
          -(log_probabilities.exp() * finite).sum(1) * choices.used};
}

}  // namespace

DecisionTensors MakeDecisionTensors(const TokenBatch& tokens, const PartBatch& parts,
                                    bool pinned) {
  const int64_t batch = tokens.decisions;
  DecisionTensors result;
  result.features =
      MakeTensor(tokens.features, {batch, tokens.tokens, kTokenWidth}, pinned);
  result.token_kinds = MakeTensor(tokens.token_kinds, {batch, tokens.tokens}, pinned);
  result.layout =
      LayOut(MakeTensor(tokens.lengths, {batch}, false), tokens.tokens, pinned);
  result.slots = MakeTensor(parts.slots, {batch}, pinned);
  result.kind = MakeChoiceTensors(parts.kind, pinned);
  result.mode = MakeChoiceTensors(parts.mode, pinned);
  result.sizes = MakeChoiceTensors(parts.sizes, pinned);
  result.order = MakeChoiceTensors(parts.order, pinned);
  result.loops = parts.loops;
  return result;
}

torch::Tensor ToDevice(const torch::Tensor& tensor, torch::Device device) {
  return tensor.to(device, tensor.scalar_type(), /*non_blocking=*/true);
}

DecisionTensors ToDevice(const DecisionTensors& decisions, torch::Device device) {
  DecisionTensors result = decisions;
  SequenceLayout& layout = result.layout;
  for (torch::Tensor* tensor :
       {&result.features, &result.token_kinds, &result.slots, &layout.counts,
        &layout.padding, &layout.backwards, &layout.order, &layout.places}) {
    if (tensor->defined()) *tensor = ToDevice(*tensor, device);
  }
  for (ChoiceTensors* choices :
       {&result.kind, &result.mode, &result.sizes, &result.order}) {
    *choices = ChoicesToDevice(*choices, device);
  }
  return result;
}

torch::Tensor MaskedLogProbabilities(const torch::Tensor& logits,
                                     const torch::Tensor& illegal) {
  return torch::log_softmax(
      logits.to(torch::kFloat32).masked_fill(illegal, kIllegalLogit), 1);
}

Replay ReplayDecisions(PolicyNetwork& network, const DecisionTensors& decisions,
                       Precision precision) {
  const Bf16Autocast autocast(precision == Precision::kBf16);
  const int64_t batch = decisions.features.size(0);
  const int64_t loops = decisions.loops;
  const PolicyNetwork::Encoded encoded = network.Encode(
      decisions.features, decisions.token_kinds, decisions.layout, loops);

  const ChoiceTerms kind = Evaluate(network.KindLogits(encoded.pooled), decisions.kind);
  const ChoiceTerms mode = Evaluate(network.ModeLogits(encoded.pooled), decisions.mode);
  const ChoiceTerms sizes =
      Evaluate(network.SizeLogits(encoded, decisions.slots).reshape({-1, kNumSizes}),
               decisions.sizes);
  // One row for each depth: the same scores under a mask that shrinks.
  const ChoiceTerms order = Evaluate(network.OrderScores(encoded)
                                         .unsqueeze(1)
                                         .expand({-1, loops, -1})
                                         .reshape({-1, loops}),
                                     decisions.order);

  const auto per_decision = [&](const torch::Tensor& rows) {
    return rows.view({batch, loops}).sum(1);
  };
  Replay replay;
  replay.log_probability = kind.log_probability + mode.log_probability +
                           per_decision(sizes.log_probability) +
                           per_decision(order.log_probability);
  replay.entropy = kind.entropy + mode.entropy + per_decision(sizes.entropy) +
                   per_decision(order.entropy);
  replay.value = network.Value(encoded);
  return replay;
}

}  // namespace weft
