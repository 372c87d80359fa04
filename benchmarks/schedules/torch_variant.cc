#include "benchmarks/schedules/torch_variant.h"

#include <memory>
#include <utility>

namespace weft {

using torch::Tensor;

Tensor RandomTensor(at::IntArrayRef sizes) { return torch::rand(sizes) * 2 - 1; }

TorchVariant MakeVariant(std::string name, std::function<Tensor()> compute,
                         std::function<Tensor()> reference) {
  auto result = std::make_shared<Tensor>();
  TorchVariant variant;
  variant.name = std::move(name);
  variant.call = [result, compute] { *result = compute(); };
  variant.error = [result, compute, reference] {
    *result = compute();
    const Tensor expected = reference();
    const Tensor difference = (result->to(torch::kDouble) - expected).abs().max();
    return difference.item<double>() / (expected.abs().mean().item<double>() + 1e-30);
  };
  return variant;
}

Tensor DoubleProduct(const Tensor& a, const Tensor& b) {
  const Tensor left = a.to(torch::kDouble), right = b.to(torch::kDouble);
  Tensor sum = torch::zeros({a.size(0), b.size(1)}, torch::kDouble);
  for (int64_t k = 0; k < a.size(1); ++k) {
    sum.addcmul_(left.select(1, k).unsqueeze(1), right.select(0, k).unsqueeze(0));
  }
  return sum;
}

}  // namespace weft
