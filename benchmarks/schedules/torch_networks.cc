#include "benchmarks/schedules/torch_networks.h"

#include <torch/torch.h>

#include <cmath>

#include "benchmarks/schedules/torch_variant.h"

namespace weft {
namespace {

using torch::Tensor;

struct Layer {
  Tensor weight;
  Tensor bias;
};

// Weights that keep activations near 1 through the layers.
Layer RandomLayer(at::IntArrayRef sizes, int64_t inputs, int64_t outputs) {
  return {RandomTensor(sizes) * std::sqrt(3.0 / static_cast<double>(inputs)),
          RandomTensor({outputs}) * 0.1};
}

Tensor Convolve(const std::vector<Layer>& layers, Tensor x) {
  for (const Layer& layer : layers) {
    x = at::conv2d(x, layer.weight, layer.bias, {1, 1}, {1, 1}).relu_();
  }
  return at::max_pool2d(x, {2, 2}, {2, 2});
}

}  // namespace

std::vector<TorchVariant> MultilayerPerceptron() {
  const std::vector<int64_t> features = {512, 1024, 1024, 256};
  const Tensor x = RandomTensor({128, features[0]});
  std::vector<Layer> layers;
  for (size_t i = 0; i + 1 < features.size(); ++i) {
    layers.push_back(
        RandomLayer({features[i], features[i + 1]}, features[i], features[i + 1]));
  }
  return {MakeVariant(
      "addmm_relu",
      [=] {
        Tensor y = x;
        for (const Layer& layer : layers) {
          y = at::addmm(layer.bias, y, layer.weight).relu_();
        }
        return y;
      },
      [=] {
        Tensor y = x;
        for (const Layer& layer : layers) {
          y = (DoubleProduct(y, layer.weight) + layer.bias.to(torch::kDouble)).relu();
        }
        return y;
      })};
}

std::vector<TorchVariant> ConvolutionalNetwork(int count) {
  constexpr int64_t kChannels = 32;
  const Tensor x = RandomTensor({1, kChannels, 56, 56});
  std::vector<Layer> layers, layers_last, layers_double;
  for (int i = 0; i < count; ++i) {
    layers.push_back(
        RandomLayer({kChannels, kChannels, 3, 3}, 9 * kChannels, kChannels));
    const Layer& layer = layers.back();
    layers_last.push_back(
        {layer.weight.contiguous(at::MemoryFormat::ChannelsLast), layer.bias});
    layers_double.push_back(
        {layer.weight.to(torch::kDouble), layer.bias.to(torch::kDouble)});
  }
  const Tensor x_last = x.contiguous(at::MemoryFormat::ChannelsLast);
  const auto reference = [=] { return Convolve(layers_double, x.to(torch::kDouble)); };
  return {
      MakeVariant(
          "channels_last", [=] { return Convolve(layers_last, x_last); }, reference),
      MakeVariant(
          "converted_to_channels_first",
          [=] {
            return Convolve(layers, x_last.contiguous())
                .contiguous(at::MemoryFormat::ChannelsLast);
          },
          reference)};
}

}  // namespace weft
