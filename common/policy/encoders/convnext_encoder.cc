// Liu et al. 2022, arXiv:2201.03545, in one dimension: the isotropic form of its
// section 3.3, which keeps one vector for each position (no downsampling, no layer
// scale).
#include <torch/nn/functional/activation.h>
#include <torch/nn/modules/conv.h>
#include <torch/nn/modules/linear.h>
#include <torch/nn/modules/normalization.h>

#include "common/policy/encoders/encoder.h"
#include "common/policy/encoders/sequence.h"

namespace weft {
namespace {

constexpr int64_t kKernel = 7;

torch::nn::LayerNorm MakeNorm(int64_t width) {
  return torch::nn::LayerNorm(torch::nn::LayerNormOptions({width}).eps(1e-6));
}

// A depthwise convolution along the sequence, then an inverted bottleneck per position.
class ConvNextBlock : public torch::nn::Module {
 public:
  explicit ConvNextBlock(int64_t width) {
    depthwise_ = register_module(
        "depthwise", torch::nn::Conv1d(torch::nn::Conv1dOptions(width, width, kKernel)
                                           .padding(kKernel / 2)
                                           .groups(width)));
    norm_ = register_module("norm", MakeNorm(width));
    expand_ = register_module("expand", torch::nn::Linear(width, 4 * width));
    project_ = register_module("project", torch::nn::Linear(4 * width, width));
  }

  // [B, T, W], with zeros in the padding, which is what the convolution sees beyond the
  // end of a sequence.
  torch::Tensor forward(const torch::Tensor& input) {
    const torch::Tensor mixed =
        depthwise_->forward(input.transpose(1, 2)).transpose(1, 2);
    return input +
           project_->forward(torch::gelu(expand_->forward(norm_->forward(mixed))));
  }

 private:
  torch::nn::Conv1d depthwise_{nullptr};
  torch::nn::LayerNorm norm_{nullptr};
  torch::nn::Linear expand_{nullptr}, project_{nullptr};
};

class ConvNextEncoder : public Encoder {
 public:
  explicit ConvNextEncoder(const PolicyOptions& options) {
    stem_norm_ = register_module("stem_norm", MakeNorm(options.width));
    for (int i = 0; i < options.layers; ++i) {
      blocks_.push_back(register_module(
          "block" + std::to_string(i), std::make_shared<ConvNextBlock>(options.width)));
    }
    final_norm_ = register_module("final_norm", MakeNorm(options.width));
  }

  torch::Tensor Encode(const torch::Tensor& tokens,
                       const SequenceLayout& layout) override {
    torch::Tensor vectors = ClearPadding(stem_norm_->forward(tokens), layout);
    for (const auto& block : blocks_) {
      vectors = ClearPadding(block->forward(vectors), layout);
    }
    return ClearPadding(final_norm_->forward(vectors), layout);
  }

 private:
  torch::nn::LayerNorm stem_norm_{nullptr}, final_norm_{nullptr};
  std::vector<std::shared_ptr<ConvNextBlock>> blocks_;
};

}  // namespace

std::shared_ptr<Encoder> MakeConvNextEncoder(const PolicyOptions& options) {
  return std::make_shared<ConvNextEncoder>(options);
}

}  // namespace weft
