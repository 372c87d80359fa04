// LibTorch's side of the suite's networks.
#ifndef WEFT_BENCHMARKS_SCHEDULES_TORCH_NETWORKS_H_
#define WEFT_BENCHMARKS_SCHEDULES_TORCH_NETWORKS_H_

#include <vector>

#include "benchmarks/schedules/torch_program.h"

namespace weft {

// mlp3: three linear layers with relu on 128 rows: 512, 1024, 1024, 256 features.
std::vector<TorchVariant> MultilayerPerceptron();

// convnet3 and convnet10: `layers` padded 3x3 convolutions of 32 channels on 56x56
// pixels with bias and relu, then a 2x2 pooling of stride 2; channels last outside.
std::vector<TorchVariant> ConvolutionalNetwork(int layers);

}  // namespace weft

#endif  // WEFT_BENCHMARKS_SCHEDULES_TORCH_NETWORKS_H_
