// Devlin et al. 2018, arXiv:1810.04805: learned positions, normalisation of the
// embeddings and after each residual sum, GELU, attention in both directions.
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

constexpr double kNormEpsilon = 1e-12;  // Of the published models.

torch::nn::LayerNorm MakeNorm(int64_t width) {
  return torch::nn::LayerNorm(torch::nn::LayerNormOptions({width}).eps(kNormEpsilon));
}

// Attention and a feed-forward network, each normalised after its residual sum.
class BertBlock : public torch::nn::Module {
 public:
  BertBlock(int64_t width, int64_t heads) : heads_(heads) {
    query_ = register_module("query", torch::nn::Linear(width, width));
    key_ = register_module("key", torch::nn::Linear(width, width));
    value_ = register_module("value", torch::nn::Linear(width, width));
    attention_output_ =
        register_module("attention_output", torch::nn::Linear(width, width));
    attention_norm_ = register_module("attention_norm", MakeNorm(width));
    intermediate_ =
        register_module("intermediate", torch::nn::Linear(width, 4 * width));
    output_ = register_module("output", torch::nn::Linear(4 * width, width));
    output_norm_ = register_module("output_norm", MakeNorm(width));
  }

  torch::Tensor forward(const torch::Tensor& input, const torch::Tensor& mask) {
    const torch::Tensor context =
        JoinHeads(Attend(SplitHeads(query_->forward(input), heads_),
                         SplitHeads(key_->forward(input), heads_),
                         SplitHeads(value_->forward(input), heads_), mask));
    const torch::Tensor attended =
        attention_norm_->forward(input + attention_output_->forward(context));
    const torch::Tensor hidden = torch::gelu(intermediate_->forward(attended));
    return output_norm_->forward(attended + output_->forward(hidden));
  }

 private:
  int64_t heads_;
  torch::nn::Linear query_{nullptr}, key_{nullptr}, value_{nullptr};
  torch::nn::Linear attention_output_{nullptr}, intermediate_{nullptr},
      output_{nullptr};
  torch::nn::LayerNorm attention_norm_{nullptr}, output_norm_{nullptr};
};

class BertEncoder : public Encoder {
 public:
  explicit BertEncoder(const PolicyOptions& options) {
    position_embedding_ = register_module(
        "position_embedding", torch::nn::Embedding(kMaxTokens, options.width));
    embedding_norm_ = register_module("embedding_norm", MakeNorm(options.width));
    for (int i = 0; i < options.layers; ++i) {
      blocks_.push_back(register_module(
          "block" + std::to_string(i),
          std::make_shared<BertBlock>(options.width, AttentionHeads(options))));
    }
  }

  torch::Tensor Encode(const torch::Tensor& tokens,
                       const SequenceLayout& layout) override {
    const int64_t count = tokens.size(1);
    torch::Tensor vectors = embedding_norm_->forward(
        tokens + position_embedding_->weight.narrow(0, 0, count));
    const torch::Tensor mask = PaddingMask(layout);
    for (const auto& block : blocks_) vectors = block->forward(vectors, mask);
    return ClearPadding(vectors, layout);
  }

 private:
  torch::nn::Embedding position_embedding_{nullptr};
  torch::nn::LayerNorm embedding_norm_{nullptr};
  std::vector<std::shared_ptr<BertBlock>> blocks_;
};

}  // namespace

std::shared_ptr<Encoder> MakeBertEncoder(const PolicyOptions& options) {
  return std::make_shared<BertEncoder>(options);
}

}  // namespace weft
