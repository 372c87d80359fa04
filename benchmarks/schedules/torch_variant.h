// What the programs of LibTorch's side are made of.
#ifndef WEFT_BENCHMARKS_SCHEDULES_TORCH_VARIANT_H_
#define WEFT_BENCHMARKS_SCHEDULES_TORCH_VARIANT_H_

#include <torch/torch.h>

#include <functional>
#include <string>

#include "benchmarks/schedules/torch_program.h"

namespace weft {

// Numbers of [-1, 1).
torch::Tensor RandomTensor(at::IntArrayRef sizes);

// A variant whose call leaves its result in a tensor that outlives the call.
// `reference` computes the same from doubles.
TorchVariant MakeVariant(std::string name, std::function<torch::Tensor()> compute,
                         std::function<torch::Tensor()> reference);

// Products in double precision without BLAS, which is what is on trial.
torch::Tensor DoubleProduct(const torch::Tensor& a, const torch::Tensor& b);

}  // namespace weft

#endif  // WEFT_BENCHMARKS_SCHEDULES_TORCH_VARIANT_H_
