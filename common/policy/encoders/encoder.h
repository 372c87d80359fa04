// From embedded tokens to vectors in context: the part of the policy that has variants.
#ifndef WEFT_COMMON_POLICY_ENCODERS_ENCODER_H_
#define WEFT_COMMON_POLICY_ENCODERS_ENCODER_H_

#include <torch/nn/module.h>

#include <memory>
#include <string>
#include <vector>

#include "common/config/options.h"
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

// A new encoder is a file of its own beside this one and a line in encoder.cc.
// Returns null for a name that is not in EncoderNames().
std::shared_ptr<Encoder> MakeEncoder(const PolicyOptions& options);
std::vector<std::string> EncoderNames();

// Heads of attention: of 64 features as in the published models, and at least 4; none
// in an encoder without attention.
int64_t AttentionHeads(const PolicyOptions& options);

// Whether the time of Encode grows with padding. An LSTM packs its sequences.
bool ComputesPadding(const PolicyOptions& options);

// The published blocks, without dropout: acting and replaying must agree.

// Bidirectional LSTM, width / 2 per direction (Hochreiter and Schmidhuber 1997).
std::shared_ptr<Encoder> MakeLstmEncoder(const PolicyOptions& options);

// Devlin et al. 2018, arXiv:1810.04805: learned positions, normalisation of the
// embeddings and after each residual sum, GELU, attention in both directions.
// DistilBERT (Sanh et al. 2019, arXiv:1910.01108) is the same block in half as many
// layers, without the pooler, which Weft has in its heads; it is registered under its
// own name so that a configuration says what it means.
std::shared_ptr<Encoder> MakeBertEncoder(const PolicyOptions& options);

// Radford et al. 2019, "Language models are unsupervised multitask learners": learned
// positions, normalisation before each block and at the end, GELU by tanh, causal
// attention; a sequence is read backwards (sequence.h).
std::shared_ptr<Encoder> MakeGpt2Encoder(const PolicyOptions& options);

// Touvron et al. 2023, arXiv:2302.13971 and arXiv:2307.09288: RMSNorm before each
// block, rotary positions, SwiGLU, grouped queries, no biases, causal attention; a
// sequence is read backwards.
std::shared_ptr<Encoder> MakeLlamaEncoder(const PolicyOptions& options);

// Liu et al. 2022, arXiv:2201.03545, in one dimension: the isotropic form of its
// section 3.3, which keeps one vector for each position (no downsampling, no layer
// scale).
std::shared_ptr<Encoder> MakeConvNextEncoder(const PolicyOptions& options);

}  // namespace weft

#endif  // WEFT_COMMON_POLICY_ENCODERS_ENCODER_H_
