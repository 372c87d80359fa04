#include "benchmarks/schedules/torch_program.h"

#include <torch/torch.h>

#include <map>

#include "benchmarks/schedules/torch_networks.h"
#include "benchmarks/schedules/torch_variant.h"

namespace weft {
namespace {

using torch::Tensor;
constexpr auto kChannelsLast = at::MemoryFormat::ChannelsLast;

std::vector<TorchVariant> Matmul(int64_t m, int64_t n, int64_t k) {
  const Tensor a = RandomTensor({m, k}), b = RandomTensor({k, n});
  Tensor out = torch::empty({m, n});
  return {MakeVariant(
      "mm_out",
      [=]() mutable {
        at::mm_out(out, a, b);
        return out;
      },
      [=] { return DoubleProduct(a, b); })};
}

std::vector<TorchVariant> BatchMatmul() {
  const Tensor a = RandomTensor({12, 128, 64}), b = RandomTensor({12, 64, 128});
  Tensor out = torch::empty({12, 128, 128});
  return {MakeVariant(
      "bmm_out",
      [=]() mutable {
        at::bmm_out(out, a, b);
        return out;
      },
      [=] {
        std::vector<Tensor> products;
        for (int64_t i = 0; i < 12; ++i) products.push_back(DoubleProduct(a[i], b[i]));
        return torch::stack(products);
      })};
}

std::vector<TorchVariant> MatmulBiasRelu() {
  const Tensor a = RandomTensor({512, 512}), b = RandomTensor({512, 512}),
               bias = RandomTensor({512});
  Tensor out = torch::empty({512, 512});
  return {MakeVariant(
      "addmm_out_relu",
      [=]() mutable {
        at::addmm_out(out, bias, a, b);
        out.relu_();
        return out;
      },
      [=] { return (DoubleProduct(a, b) + bias.to(torch::kDouble)).relu(); })};
}

// A window operation in the program's layout, and with its input and output converted
// to the other one and back. `x` and the results are logically NCHW.
std::vector<TorchVariant> InBothLayouts(const Tensor& x, const Tensor& weights,
                                        bool channels_last,
                                        std::function<Tensor(Tensor, Tensor)> window) {
  const auto plain = at::MemoryFormat::Contiguous;
  const auto own = channels_last ? kChannelsLast : plain;
  const auto other = channels_last ? plain : kChannelsLast;
  const auto weights_in = [&](at::MemoryFormat format) {
    return weights.defined() ? weights.contiguous(format) : weights;
  };
  const Tensor x_own = x.contiguous(own);
  const Tensor weights_own = weights_in(own), weights_other = weights_in(other);
  const auto reference = [=] {
    return window(
        x.contiguous().to(torch::kDouble),
        weights.defined() ? weights.contiguous().to(torch::kDouble) : weights);
  };
  const char* const converted =
      channels_last ? "converted_to_channels_first" : "converted_to_channels_last";
  return {MakeVariant(
              channels_last ? "channels_last" : "channels_first",
              [=] { return window(x_own, weights_own).contiguous(own); }, reference),
          MakeVariant(
              converted,
              [=] {
                return window(x_own.contiguous(other), weights_other).contiguous(own);
              },
              reference)};
}

std::vector<TorchVariant> Convolution(int64_t channels, int64_t size, int64_t filters,
                                      int64_t kernel, int64_t stride, int64_t groups,
                                      bool channels_last) {
  return InBothLayouts(RandomTensor({1, channels, size, size}),
                       RandomTensor({filters, channels / groups, kernel, kernel}),
                       channels_last, [=](const Tensor& x, const Tensor& w) {
                         return at::conv2d(x, w, {}, {stride, stride}, {0, 0}, {1, 1},
                                           groups);
                       });
}

std::vector<TorchVariant> MaxPool(int64_t size, int64_t kernel, int64_t stride,
                                  bool channels_last) {
  return InBothLayouts(RandomTensor({1, 64, size, size}), Tensor(), channels_last,
                       [=](const Tensor& x, const Tensor&) {
                         return at::max_pool2d(x, {kernel, kernel}, {stride, stride});
                       });
}

std::vector<TorchVariant> Elementwise(const std::string& program) {
  const Tensor a = RandomTensor({1024, 1024}), b = RandomTensor({1024, 1024});
  Tensor out = torch::empty({1024, 1024});
  const Tensor x = a.to(torch::kDouble), y = b.to(torch::kDouble);
  if (program == "add") {
    return {MakeVariant(
        "add_out", [=]() mutable { return at::add_out(out, a, b); },
        [=] { return x + y; })};
  }
  if (program == "relu") {
    return {MakeVariant(
        "clamp_min_out", [=]() mutable { return at::clamp_min_out(out, a, 0); },
        [=] { return x.relu(); })};
  }
  return {MakeVariant(
      "softmax_out", [=]() mutable { return at::_softmax_out(out, a, 1, false); },
      [=] { return torch::softmax(x, 1); })};
}

std::vector<TorchVariant> Transpose() {
  const Tensor a = RandomTensor({2048, 2048});
  Tensor out = torch::empty({2048, 2048});
  return {MakeVariant(
      "copy_of_transposed",
      [=]() mutable {
        out.copy_(a.t());
        return out;
      },
      [=] { return a.to(torch::kDouble).t().contiguous(); })};
}

}  // namespace

std::vector<TorchVariant> MakeTorchVariants(const std::string& program) {
  using Make = std::function<std::vector<TorchVariant>()>;
  static const auto* const kPrograms = new std::map<std::string, Make>{
      {"mm512", [] { return Matmul(512, 512, 512); }},
      {"mm1024", [] { return Matmul(1024, 1024, 1024); }},
      {"mm128x3072x768", [] { return Matmul(128, 3072, 768); }},
      {"mm256x2048x1000", [] { return Matmul(256, 1000, 2048); }},
      {"bmm", BatchMatmul},
      {"mbr", MatmulBiasRelu},
      {"conv3_nhwc", [] { return Convolution(64, 58, 64, 3, 1, 1, true); }},
      {"conv3_nchw", [] { return Convolution(64, 58, 64, 3, 1, 1, false); }},
      {"conv1_nhwc", [] { return Convolution(64, 56, 256, 1, 1, 1, true); }},
      {"conv1_nchw", [] { return Convolution(64, 56, 256, 1, 1, 1, false); }},
      {"conv3s2_nhwc", [] { return Convolution(128, 57, 128, 3, 2, 1, true); }},
      {"dw3_nhwc", [] { return Convolution(128, 58, 128, 3, 1, 128, true); }},
      {"dw3_nchw", [] { return Convolution(128, 58, 128, 3, 1, 128, false); }},
      {"add", [] { return Elementwise("add"); }},
      {"relu", [] { return Elementwise("relu"); }},
      {"softmax", [] { return Elementwise("softmax"); }},
      {"transpose", Transpose},
      {"pool3_nhwc", [] { return MaxPool(114, 3, 1, true); }},
      {"pool3_nchw", [] { return MaxPool(114, 3, 1, false); }},
      {"pool2s2_nhwc", [] { return MaxPool(112, 2, 2, true); }},
      {"pool2s2_nchw", [] { return MaxPool(112, 2, 2, false); }},
      {"mlp3", MultilayerPerceptron},
      {"convnet3", [] { return ConvolutionalNetwork(3); }},
      {"convnet10", [] { return ConvolutionalNetwork(10); }},
  };
  const auto found = kPrograms->find(program);
  return found == kPrograms->end() ? std::vector<TorchVariant>() : found->second();
}

}  // namespace weft
