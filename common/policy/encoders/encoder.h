// From embedded tokens to vectors in context: the part of the policy that has variants.
#ifndef WEFT_COMMON_POLICY_ENCODERS_ENCODER_H_
#define WEFT_COMMON_POLICY_ENCODERS_ENCODER_H_

#include <torch/nn/module.h>

#include <memory>

#include "common/config/options.h"
#include "common/policy/encoders/encoder_list.h"
#include "common/policy/encoders/sequence.h"

namespace weft {

// Encode must be safe to call from many threads at once while nobody trains.
class Encoder : public torch::nn::Module {
 public:
  // tokens: [B, T, width], float; `layout` is of these B sequences and T, where the
  // tokens are. Returns [B, T, width]. What is beyond a length neither influences the
  // result nor appears in it (it is 0), so padding and batching never change an output.
  virtual torch::Tensor Encode(const torch::Tensor& tokens,
                               const SequenceLayout& layout) = 0;
};

// A new encoder is a file beside this one, with a factory such as MakeLstmEncoder, and
// a line in encoders.def. They are the published blocks without dropout: acting and
// replaying must agree.

// Returns null for a name that is not in EncoderNames().
std::shared_ptr<Encoder> MakeEncoder(const PolicyOptions& options);

// Heads of attention: of 64 features as in the published models, and at least 4; none
// in an encoder without attention.
int64_t AttentionHeads(const PolicyOptions& options);

// Whether the time of Encode grows with padding.
bool ComputesPadding(const PolicyOptions& options);

}  // namespace weft

#endif  // WEFT_COMMON_POLICY_ENCODERS_ENCODER_H_
