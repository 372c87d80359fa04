// Radford et al. 2019, "Language models are unsupervised multitask learners": learned
// positions, normalisation before each block and at the end, GELU by tanh, causal
// attention; a sequence is read backwards (sequence.h).
#include <torch/nn/functional/activation.h>
#include <torch/nn/modules/embedding.h>
#include <torch/nn/modules/linear.h>
#include <torch/nn/modules/normalization.h>

#include "common/policy/encoders/attention.h"
#include "common/policy/encoders/encoder.h"
#include "common/policy/encoders/sequence.h"
#include "common/schedule/observation.h"

namespace weft {
namespace {

torch::nn::LayerNorm MakeNorm(int64_t width) {
  return torch::nn::LayerNorm(torch::nn::LayerNormOptions({width}).eps(1e-5));
}

// Attention and a feed-forward network, each normalised before it is applied.
class Gpt2Block : public torch::nn::Module {
 public:
  Gpt2Block(int64_t width, int64_t heads) : heads_(heads) {
    attention_norm_ = register_module("attention_norm", MakeNorm(width));
    qkv_ = register_module("qkv", torch::nn::Linear(width, 3 * width));
    attention_residual_ =
        register_module("attention_residual", torch::nn::Linear(width, width));
    mlp_norm_ = register_module("mlp_norm", MakeNorm(width));
    mlp_ = register_module("mlp", torch::nn::Linear(width, 4 * width));
    mlp_residual_ =
        register_module("mlp_residual", torch::nn::Linear(4 * width, width));
  }

  torch::Tensor forward(const torch::Tensor& input, const torch::Tensor& mask) {
    const std::vector<torch::Tensor> qkv =
        qkv_->forward(attention_norm_->forward(input)).chunk(3, 2);
    const torch::Tensor context =
        JoinHeads(Attend(SplitHeads(qkv[0], heads_), SplitHeads(qkv[1], heads_),
                         SplitHeads(qkv[2], heads_), mask));
    const torch::Tensor attended = input + attention_residual_->forward(context);
    const torch::Tensor hidden =
        torch::gelu(mlp_->forward(mlp_norm_->forward(attended)), "tanh");
    return attended + mlp_residual_->forward(hidden);
  }

 private:
  int64_t heads_;
  torch::nn::LayerNorm attention_norm_{nullptr}, mlp_norm_{nullptr};
  torch::nn::Linear qkv_{nullptr}, attention_residual_{nullptr};
  torch::nn::Linear mlp_{nullptr}, mlp_residual_{nullptr};
};

class Gpt2Encoder : public Encoder {
 public:
  explicit Gpt2Encoder(const PolicyOptions& options) {
    position_embedding_ = register_module(
        "position_embedding", torch::nn::Embedding(kMaxTokens, options.width));
    for (int i = 0; i < options.layers; ++i) {
      blocks_.push_back(register_module(
          "block" + std::to_string(i),
          std::make_shared<Gpt2Block>(options.width, AttentionHeads(options))));
    }
    final_norm_ = register_module("final_norm", MakeNorm(options.width));
  }

  torch::Tensor Encode(const torch::Tensor& tokens,
                       const SequenceLayout& layout) override {
    const int64_t count = tokens.size(1);
    torch::Tensor vectors = ReverseSequences(
        tokens + position_embedding_->weight.narrow(0, 0, count), layout);
    // Padding comes after every token and is never looked at.
    const torch::Tensor mask = CausalMask(count, tokens.device());
    for (const auto& block : blocks_) vectors = block->forward(vectors, mask);
    return ClearPadding(ReverseSequences(final_norm_->forward(vectors), layout),
                        layout);
  }

 private:
  torch::nn::Embedding position_embedding_{nullptr};
  std::vector<std::shared_ptr<Gpt2Block>> blocks_;
  torch::nn::LayerNorm final_norm_{nullptr};
};

}  // namespace

std::shared_ptr<Encoder> MakeGpt2Encoder(const PolicyOptions& options) {
  return std::make_shared<Gpt2Encoder>(options);
}

}  // namespace weft
