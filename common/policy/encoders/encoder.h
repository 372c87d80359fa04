// From embedded tokens to vectors in context: the part of the policy that has variants.
#ifndef WEFT_COMMON_POLICY_ENCODERS_ENCODER_H_
#define WEFT_COMMON_POLICY_ENCODERS_ENCODER_H_

#include <torch/nn/module.h>

#include <memory>
#include <string>
#include <vector>

#include "common/config/options.h"

namespace weft {

// Encode must be safe to call from many threads at once while nobody trains.
class Encoder : public torch::nn::Module {
 public:
  // tokens: [B, T, width], float. lengths: [B], int64, on the CPU, in [1, T]. Returns
  // [B, T, width]. What is beyond a length neither influences the result nor appears in
  // it (it is 0), so padding and batching never change an output.
  virtual torch::Tensor Encode(const torch::Tensor& tokens,
                               const torch::Tensor& lengths) = 0;
};

// A new encoder is a file of its own beside this one and a line in encoder.cc.
// Returns null for a name that is not in EncoderNames().
std::shared_ptr<Encoder> MakeEncoder(const PolicyOptions& options);
std::vector<std::string> EncoderNames();

// Bidirectional LSTM, width / 2 per direction (Hochreiter and Schmidhuber 1997).
std::shared_ptr<Encoder> MakeLstmEncoder(const PolicyOptions& options);

}  // namespace weft

#endif  // WEFT_COMMON_POLICY_ENCODERS_ENCODER_H_
