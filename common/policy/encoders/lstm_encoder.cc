// Bidirectional LSTM, width / 2 per direction (Hochreiter and Schmidhuber 1997).
#include <c10/core/impl/LocalDispatchKeySet.h>
#include <torch/nn/modules/rnn.h>
#include <torch/nn/utils/rnn.h>

#include "common/policy/encoders/encoder.h"

namespace weft {
namespace {

class LstmEncoder : public Encoder {
 public:
  explicit LstmEncoder(const PolicyOptions& options)
      : lstm_(register_module(
            "lstm",
            torch::nn::LSTM(torch::nn::LSTMOptions(options.width, options.width / 2)
                                .num_layers(options.layers)
                                .bidirectional(true)
                                .batch_first(true)))) {}

  torch::Tensor Encode(const torch::Tensor& tokens,
                       const SequenceLayout& layout) override {
    // In float32 whatever the precision: autocast would cast cuDNN's layers to float16,
    // whose small gradients are lost without a scaled loss.
    const c10::impl::ExcludeDispatchKeyGuard no_autocast{
        c10::DispatchKeySet(c10::DispatchKey::AutocastCUDA)};
    const torch::Tensor input = tokens.to(torch::kFloat32);
    return input.size(0) == 1 ? EncodeOne(input, layout.lengths.item<int64_t>())
                              : EncodePacked(input, layout);
  }

 private:
  // Packing a batch of one would only cost time.
  torch::Tensor EncodeOne(const torch::Tensor& tokens, int64_t length) {
    const int64_t padding = tokens.size(1) - length;
    if (padding == 0) return std::get<0>(lstm_->forward(tokens));
    return torch::constant_pad_nd(
        std::get<0>(lstm_->forward(tokens.narrow(1, 0, length))), {0, 0, 0, padding});
  }

  // As pack_padded_sequence and pad_packed_sequence of torch::nn::utils::rnn, which
  // copy the order of the sequences to the device and back each time.
  torch::Tensor EncodePacked(const torch::Tensor& tokens,
                             const SequenceLayout& layout) {
    auto [data, batch_sizes] = torch::_pack_padded_sequence(
        tokens.index_select(0, layout.order), layout.falling, /*batch_first=*/true);
    const torch::nn::utils::rnn::PackedSequence encoded = std::get<0>(
        lstm_->forward_with_packed_input(torch::nn::utils::rnn::PackedSequence(
            data, batch_sizes, layout.order, layout.places)));
    const torch::Tensor padded = std::get<0>(torch::_pad_packed_sequence(
        encoded.data(), encoded.batch_sizes(), /*batch_first=*/true,
        /*padding_value=*/0.0, /*total_length=*/tokens.size(1)));
    return padded.index_select(0, layout.places);
  }

  torch::nn::LSTM lstm_;
};

}  // namespace

std::shared_ptr<Encoder> MakeLstmEncoder(const PolicyOptions& options) {
  return std::make_shared<LstmEncoder>(options);
}

}  // namespace weft
