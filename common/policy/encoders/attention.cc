#include "common/policy/encoders/attention.h"

#include <torch/torch.h>

#include <cmath>
#include <limits>

namespace weft {
namespace {

constexpr double kMinusInfinity = -std::numeric_limits<double>::infinity();

torch::Tensor RepeatHeads(const torch::Tensor& heads, int64_t queries) {
  const int64_t group = queries / heads.size(1);
  return group == 1 ? heads : heads.repeat_interleave(group, 1);
}

}  // namespace

torch::Tensor SplitHeads(const torch::Tensor& vectors, int64_t heads) {
  return vectors.unflatten(2, {heads, -1}).transpose(1, 2);
}

torch::Tensor JoinHeads(const torch::Tensor& vectors) {
  return vectors.transpose(1, 2).flatten(2);
}

torch::Tensor PaddingMask(const SequenceLayout& layout) {
  const torch::Tensor& padding = layout.padding;
  if (!padding.defined()) return {};
  return torch::zeros(padding.sizes(), padding.device())
      .masked_fill(padding, kMinusInfinity)
      .unsqueeze(1)
      .unsqueeze(1);
}

torch::Tensor CausalMask(int64_t tokens, torch::Device device) {
  return torch::full({tokens, tokens}, kMinusInfinity, device).triu(1);
}

torch::Tensor Attend(const torch::Tensor& queries, const torch::Tensor& keys,
                     const torch::Tensor& values, const torch::Tensor& mask) {
  const int64_t heads = queries.size(1);
  const double scale = 1 / std::sqrt(static_cast<double>(queries.size(3)));
  torch::Tensor scores =
      torch::matmul(queries * scale, RepeatHeads(keys, heads).transpose(2, 3));
  if (mask.defined()) scores = scores + mask;
  return torch::matmul(torch::softmax(scores, 3), RepeatHeads(values, heads));
}

}  // namespace weft
