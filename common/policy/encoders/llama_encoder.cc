// Touvron et al. 2023, arXiv:2302.13971 and arXiv:2307.09288: RMSNorm before each
// block, rotary positions, SwiGLU, grouped queries, no biases, causal attention; a
// sequence is read backwards (sequence.h).
#include <torch/nn/functional/activation.h>
#include <torch/nn/modules/linear.h>

#include <algorithm>
#include <cmath>

#include "common/policy/encoders/attention.h"
#include "common/policy/encoders/encoder.h"
#include "common/policy/encoders/sequence.h"

namespace weft {
namespace {

constexpr double kNormEpsilon = 1e-5;
constexpr double kRotaryBase = 10000;
constexpr int64_t kQueriesPerKey = 4;  // Of Llama 3 8B; more where it does not divide.

// Each key head serves the same number of queries.
int64_t KeyHeads(int64_t heads) {
  int64_t keys = std::max<int64_t>(1, heads / kQueriesPerKey);
  while (heads % keys != 0) --keys;
  return keys;
}

torch::nn::Linear MakeLinear(int64_t inputs, int64_t outputs) {
  return torch::nn::Linear(torch::nn::LinearOptions(inputs, outputs).bias(false));
}

// Zhang and Sennrich 2019, arXiv:1910.07467.
class RmsNorm : public torch::nn::Module {
 public:
  explicit RmsNorm(int64_t width)
      : weight_(register_parameter("weight", torch::ones({width}))) {}

  torch::Tensor forward(const torch::Tensor& input) {
    const torch::Tensor square = input.square().mean(-1, /*keepdim=*/true);
    return input * torch::rsqrt(square + kNormEpsilon) * weight_;
  }

 private:
  torch::Tensor weight_;
};

// Rotary position embedding (Su et al. 2021, arXiv:2104.09864): component i of the
// first half of a head and component i of the second half are a pair, which is turned
// by an angle that grows with the position. Rotations, [T, d / 2] each.
struct Rotation {
  torch::Tensor cosine, sine;
};

// Computed where it is needed: a copy to a CUDA device would hold up the host.
Rotation MakeRotation(int64_t tokens, int64_t head_width, torch::Device device) {
  const torch::Tensor exponents =
      torch::arange(0, head_width, 2, device) / double(head_width);
  const torch::Tensor angles =
      torch::outer(torch::arange(tokens, device).to(torch::kFloat),
                   torch::pow(kRotaryBase, -exponents));
  return {angles.cos(), angles.sin()};
}

// vectors: [B, H, T, d].
torch::Tensor Rotate(const torch::Tensor& vectors, const Rotation& rotation) {
  const std::vector<torch::Tensor> half = vectors.chunk(2, 3);
  return torch::cat({half[0] * rotation.cosine - half[1] * rotation.sine,
                     half[1] * rotation.cosine + half[0] * rotation.sine},
                    3);
}

class LlamaBlock : public torch::nn::Module {
 public:
  LlamaBlock(int64_t width, int64_t heads)
      : heads_(heads), key_heads_(KeyHeads(heads)) {
    const int64_t key_width = width / heads * key_heads_;
    // Two thirds of 4 * width, so that three matrices cost what two did.
    const int64_t hidden = (8 * width / 3 + 31) / 32 * 32;
    attention_norm_ =
        register_module("attention_norm", std::make_shared<RmsNorm>(width));
    query_ = register_module("query", MakeLinear(width, width));
    key_ = register_module("key", MakeLinear(width, key_width));
    value_ = register_module("value", MakeLinear(width, key_width));
    attention_output_ = register_module("attention_output", MakeLinear(width, width));
    mlp_norm_ = register_module("mlp_norm", std::make_shared<RmsNorm>(width));
    gate_ = register_module("gate", MakeLinear(width, hidden));
    up_ = register_module("up", MakeLinear(width, hidden));
    down_ = register_module("down", MakeLinear(hidden, width));
  }

  torch::Tensor forward(const torch::Tensor& input, const Rotation& rotation,
                        const torch::Tensor& mask) {
    const torch::Tensor normal = attention_norm_->forward(input);
    const torch::Tensor context = JoinHeads(
        Attend(Rotate(SplitHeads(query_->forward(normal), heads_), rotation),
               Rotate(SplitHeads(key_->forward(normal), key_heads_), rotation),
               SplitHeads(value_->forward(normal), key_heads_), mask));
    const torch::Tensor attended = input + attention_output_->forward(context);
    // SwiGLU: Shazeer 2020, arXiv:2002.05202.
    const torch::Tensor again = mlp_norm_->forward(attended);
    return attended +
           down_->forward(torch::silu(gate_->forward(again)) * up_->forward(again));
  }

 private:
  int64_t heads_;
  int64_t key_heads_;
  std::shared_ptr<RmsNorm> attention_norm_, mlp_norm_;
  torch::nn::Linear query_{nullptr}, key_{nullptr}, value_{nullptr};
  torch::nn::Linear attention_output_{nullptr};
  torch::nn::Linear gate_{nullptr}, up_{nullptr}, down_{nullptr};
};

class LlamaEncoder : public Encoder {
 public:
  explicit LlamaEncoder(const PolicyOptions& options)
      : head_width_(options.width / AttentionHeads(options)) {
    for (int i = 0; i < options.layers; ++i) {
      blocks_.push_back(register_module(
          "block" + std::to_string(i),
          std::make_shared<LlamaBlock>(options.width, AttentionHeads(options))));
    }
    final_norm_ =
        register_module("final_norm", std::make_shared<RmsNorm>(options.width));
  }

  torch::Tensor Encode(const torch::Tensor& tokens,
                       const SequenceLayout& layout) override {
    const int64_t count = tokens.size(1);
    const Rotation rotation = MakeRotation(count, head_width_, tokens.device());
    const torch::Tensor mask = CausalMask(count, tokens.device());
    torch::Tensor vectors = ReverseSequences(tokens, layout);
    for (const auto& block : blocks_) vectors = block->forward(vectors, rotation, mask);
    return ClearPadding(ReverseSequences(final_norm_->forward(vectors), layout),
                        layout);
  }

 private:
  int64_t head_width_;
  std::vector<std::shared_ptr<LlamaBlock>> blocks_;
  std::shared_ptr<RmsNorm> final_norm_;
};

}  // namespace

std::shared_ptr<Encoder> MakeLlamaEncoder(const PolicyOptions& options) {
  return std::make_shared<LlamaEncoder>(options);
}

}  // namespace weft
