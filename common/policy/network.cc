#include "common/policy/network.h"

#include <algorithm>
#include <cmath>
#include <random>

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/schedule/observation.h"

namespace weft {
namespace {

constexpr char kSharedCritic[] = "shared";
constexpr char kSeparateCritic[] = "separate";

absl::Status Validate(const PolicyOptions& options) {
  if (!absl::c_linear_search(EncoderNames(), options.encoder)) {
    return absl::InvalidArgumentError(absl::StrCat("policy.encoder: expected one of [",
                                                   absl::StrJoin(EncoderNames(), ", "),
                                                   "], got ", options.encoder));
  }
  if (options.critic != kSharedCritic && options.critic != kSeparateCritic) {
    return absl::InvalidArgumentError(
        absl::StrCat("policy.critic: expected ", kSharedCritic, " or ", kSeparateCritic,
                     ", got ", options.critic));
  }
  if (options.width < 8 || options.width > 4096 || options.width % 2 != 0) {
    return absl::InvalidArgumentError(absl::StrCat(
        "policy.width: expected an even number in [8, 4096], got ", options.width));
  }
  if (options.layers < 1 || options.layers > 64) {
    return absl::InvalidArgumentError(
        absl::StrCat("policy.layers: expected 1 to 64, got ", options.layers));
  }
  const int64_t heads = AttentionHeads(options);
  if (heads > 0 && options.width % (2 * heads) != 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("policy.width: ", options.encoder, " has ", heads,
                     " heads of an even width; expected a multiple of ", 2 * heads,
                     ", got ", options.width));
  }
  return absl::OkStatus();
}

torch::Tensor Gaussian(torch::IntArrayRef shape, std::mt19937_64& random) {
  torch::Tensor values = torch::empty(shape);
  std::normal_distribution<float> normal;
  float* const begin = values.data_ptr<float>();
  std::generate(begin, begin + values.numel(), [&] { return normal(random); });
  return values;
}

// A matrix with orthonormal rows or columns, times `gain` (Saxe et al. 2013).
torch::Tensor Orthogonal(int64_t rows, int64_t columns, double gain,
                         std::mt19937_64& random) {
  const int64_t large = std::max(rows, columns);
  const int64_t small = std::min(rows, columns);
  torch::Tensor q = std::get<0>(torch::linalg_qr(Gaussian({large, small}, random)));
  if (rows < columns) q = q.t();
  return (q * gain).contiguous();
}

// The gain of a weight matrix, by its name. The policy starts near the uniform one,
// which explores best, and the critic near the mean of the returns. The residual sums
// of GPT-2 start at a variance that does not grow with its layers (two for each).
double GainOf(const std::string& name, int layers) {
  if (absl::EndsWith(name, "_residual.weight")) return 1 / std::sqrt(2.0 * layers);
  if (absl::EndsWith(name, "value_out.weight")) return 0.1;
  if (absl::EndsWith(name, "_out.weight")) return 0.01;
  if (absl::StrContains(name, "embedding")) return 1.0;
  return absl::StrContains(name, "_hidden") ? 1.4 : 1.0;
}

}  // namespace

torch::Tensor PolicyNetwork::Head::operator()(const torch::Tensor& input) {
  return out->forward(torch::tanh(hidden->forward(input)));
}

absl::StatusOr<std::shared_ptr<PolicyNetwork>> PolicyNetwork::Create(
    const PolicyOptions& options, uint64_t seed) {
  absl::StatusOr<std::shared_ptr<PolicyNetwork>> network = CreateToLoad(options);
  if (network.ok()) (*network)->Initialize(seed);
  return network;
}

absl::StatusOr<std::shared_ptr<PolicyNetwork>> PolicyNetwork::CreateToLoad(
    const PolicyOptions& options) {
  const absl::Status valid = Validate(options);
  if (!valid.ok()) return valid;
  return std::shared_ptr<PolicyNetwork>(new PolicyNetwork(options));
}

PolicyNetwork::Trunk::Output PolicyNetwork::Trunk::operator()(
    const torch::Tensor& features, const torch::Tensor& token_kinds,
    const SequenceLayout& layout) {
  Output output;
  output.tokens = encoder->Encode(
      token->forward(features) + kind_embedding->forward(token_kinds), layout);
  const torch::Tensor counts = layout.counts.to(output.tokens.scalar_type());
  const torch::Tensor mean = output.tokens.sum(1) / counts.unsqueeze(1);  // Padding: 0.
  output.pooled =
      torch::tanh(pool->forward(torch::cat({mean, output.tokens.select(1, 0)}, 1)));
  return output;
}

PolicyNetwork::PolicyNetwork(const PolicyOptions& options) : options_(options) {
  const int64_t width = options.width;
  trunk_ = MakeTrunk("");
  slot_embedding_ =
      register_module("slot_embedding", torch::nn::Embedding(kNumSizeSlots, width));
  kind_ = MakeHead("kind", width, kNumActionKinds);
  mode_ = MakeHead("mode", width, kNumVectorizeModes);
  size_ = MakeHead("size", 3 * width, kNumSizes);
  order_ = MakeHead("order", 2 * width, 1);
  value_ = MakeHead("value", width, 1);
  value_shift_ = register_buffer("value_shift", torch::zeros({1}));
  value_scale_ = register_buffer("value_scale", torch::ones({1}));
  // Last, so that a seed gives the policy the same weights with and without it.
  if (options.critic == kSeparateCritic) critic_trunk_ = MakeTrunk("critic_");
}

PolicyNetwork::Trunk PolicyNetwork::MakeTrunk(const std::string& prefix) {
  const int64_t width = options_.width;
  Trunk trunk;
  trunk.token =
      register_module(prefix + "token", torch::nn::Linear(kTokenWidth, width));
  trunk.kind_embedding = register_module(prefix + "kind_embedding",
                                         torch::nn::Embedding(kNumTokenKinds, width));
  trunk.encoder = register_module(prefix + "encoder", MakeEncoder(options_));
  trunk.pool = register_module(prefix + "pool", torch::nn::Linear(2 * width, width));
  return trunk;
}

PolicyNetwork::Head PolicyNetwork::MakeHead(const std::string& name, int64_t inputs,
                                            int64_t outputs) {
  Head head;
  head.hidden =
      register_module(name + "_hidden", torch::nn::Linear(inputs, options_.width));
  head.out = register_module(name + "_out", torch::nn::Linear(options_.width, outputs));
  return head;
}

void PolicyNetwork::Initialize(uint64_t seed) {
  torch::NoGradGuard no_grad;
  std::mt19937_64 random(seed);
  for (auto& item : named_parameters()) {
    torch::Tensor& parameter = item.value();
    if (parameter.dim() == 1) {  // Biases, and the scales of normalisations.
      parameter.fill_(absl::EndsWith(item.key(), "norm.weight") ? 1 : 0);
      continue;
    }
    if (parameter.dim() == 3) {  // Depthwise: [width, 1, kernel].
      parameter.copy_(Gaussian(parameter.sizes(), random));
      parameter.mul_(1 / std::sqrt(static_cast<double>(parameter.size(2))));
      continue;
    }
    // The matrices of a recurrent layer are its four gates on top of each other.
    const int64_t gates = absl::StrContains(item.key(), "lstm") ? 4 : 1;
    for (torch::Tensor& gate : parameter.chunk(gates)) {
      gate.copy_(Orthogonal(gate.size(0), gate.size(1),
                            GainOf(item.key(), options_.layers), random));
    }
  }
}

PolicyNetwork::Encoded PolicyNetwork::Encode(const torch::Tensor& features,
                                             const torch::Tensor& token_kinds,
                                             const SequenceLayout& layout,
                                             int64_t loops) {
  Trunk::Output output = trunk_(features, token_kinds, layout);
  Encoded encoded;
  encoded.pooled = output.pooled;
  encoded.critic = critic_trunk_
                       ? (*critic_trunk_)(features, token_kinds, layout).pooled
                       : output.pooled;
  const int64_t missing = 1 + loops - output.tokens.size(1);
  if (missing > 0) {
    output.tokens = torch::constant_pad_nd(output.tokens, {0, 0, 0, missing});
  }
  encoded.loops = output.tokens.narrow(1, 1, loops);
  return encoded;
}

torch::Tensor PolicyNetwork::KindLogits(const torch::Tensor& pooled) {
  return kind_(pooled);
}

torch::Tensor PolicyNetwork::ModeLogits(const torch::Tensor& pooled) {
  return mode_(pooled);
}

torch::Tensor PolicyNetwork::SizeLogits(const Encoded& encoded,
                                        const torch::Tensor& slots) {
  const torch::Tensor context =
      torch::cat({encoded.pooled, slot_embedding_->forward(slots)}, 1)
          .unsqueeze(1)
          .expand({-1, encoded.loops.size(1), -1});
  return size_(torch::cat({encoded.loops, context}, 2));
}

torch::Tensor PolicyNetwork::OrderScores(const Encoded& encoded) {
  const torch::Tensor context =
      encoded.pooled.unsqueeze(1).expand({-1, encoded.loops.size(1), -1});
  return order_(torch::cat({encoded.loops, context}, 2)).squeeze(2);
}

torch::Tensor PolicyNetwork::Value(const Encoded& encoded) {
  return value_(encoded.critic).squeeze(1) * value_scale_ + value_shift_;
}

void PolicyNetwork::SetValueUnit(double shift, double scale, bool keep_values) {
  torch::NoGradGuard no_grad;
  if (keep_values) {
    const double old_shift = value_shift();
    const double ratio = value_scale() / scale;
    value_.out->weight.mul_(ratio);
    value_.out->bias.mul_(ratio).add_((old_shift - shift) / scale);
  }
  value_shift_.fill_(shift);
  value_scale_.fill_(scale);
}

double PolicyNetwork::value_shift() const { return value_shift_.item<double>(); }
double PolicyNetwork::value_scale() const { return value_scale_.item<double>(); }

void PolicyNetwork::CopyFrom(const PolicyNetwork& other) {
  torch::NoGradGuard no_grad;
  const auto parameters = other.named_parameters();
  for (auto& item : named_parameters()) item.value().copy_(parameters[item.key()]);
  const auto buffers = other.named_buffers();
  for (auto& item : named_buffers()) item.value().copy_(buffers[item.key()]);
}

}  // namespace weft
