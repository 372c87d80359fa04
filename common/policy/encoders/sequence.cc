#include "common/policy/encoders/sequence.h"

#include <torch/torch.h>

namespace weft {
namespace {

bool IsFull(const torch::Tensor& lengths, int64_t tokens) {
  return lengths.min().item<int64_t>() == tokens;
}

}  // namespace

torch::Tensor ValidPositions(const torch::Tensor& lengths, int64_t tokens,
                             torch::Device device) {
  return torch::arange(tokens).unsqueeze(0).lt(lengths.unsqueeze(1)).to(device);
}

torch::Tensor ClearPadding(const torch::Tensor& vectors, const torch::Tensor& lengths) {
  if (IsFull(lengths, vectors.size(1))) return vectors;
  const torch::Tensor valid =
      ValidPositions(lengths, vectors.size(1), vectors.device());
  return vectors.masked_fill(valid.logical_not().unsqueeze(2), 0.0);
}

torch::Tensor ReverseSequences(const torch::Tensor& vectors,
                               const torch::Tensor& lengths) {
  const int64_t tokens = vectors.size(1);
  if (IsFull(lengths, tokens)) return vectors.flip(1);
  const torch::Tensor positions = torch::arange(tokens).unsqueeze(0);
  const torch::Tensor backwards = lengths.unsqueeze(1) - 1 - positions;
  const torch::Tensor order = torch::where(backwards.ge(0), backwards, positions)
                                  .to(vectors.device())
                                  .unsqueeze(2)
                                  .expand(vectors.sizes());
  return vectors.gather(1, order);
}

}  // namespace weft
