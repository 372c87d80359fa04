// Bidirectional LSTM, width / 2 per direction (Hochreiter and Schmidhuber 1997).
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
                       const torch::Tensor& lengths) override {
    // Packing a batch of one would only cost time.
    if (tokens.size(0) == 1) return std::get<0>(lstm_->forward(tokens));
    namespace rnn = torch::nn::utils::rnn;
    const rnn::PackedSequence packed = rnn::pack_padded_sequence(
        tokens, lengths, /*batch_first=*/true, /*enforce_sorted=*/false);
    const rnn::PackedSequence encoded =
        std::get<0>(lstm_->forward_with_packed_input(packed));
    return std::get<0>(rnn::pad_packed_sequence(encoded, /*batch_first=*/true,
                                                /*padding_value=*/0.0,
                                                /*total_length=*/tokens.size(1)));
  }

 private:
  torch::nn::LSTM lstm_;
};

}  // namespace

std::shared_ptr<Encoder> MakeLstmEncoder(const PolicyOptions& options) {
  return std::make_shared<LstmEncoder>(options);
}

}  // namespace weft
