// The policy network: token embedding, an encoder, and the heads that all encoders
// share.
//
// Parameter names, as they appear in the archive (dots are nested modules; W is the
// width):
//   token.weight [W, 64], token.bias [W]; kind_embedding.weight [5, W]
//   encoder.*                  the encoder's own, such as encoder.lstm.weight_ih_l0
//   pool.{weight,bias}         [W, 2W]: from (mean of tokens, global token)
//   slot_embedding.weight      [7, W]: one row for each SizeSlot
//   {kind,mode,size,order,value}_hidden.{weight,bias}, ..._out.{weight,bias}
//   value_shift, value_scale   buffers: the critic works in units of the returns'
//   spread
//   critic_token.*, critic_kind_embedding.*, critic_encoder.*, critic_pool.*
//                              with policy.critic separate: the same once more, for the
//                              critic alone
#ifndef WEFT_COMMON_POLICY_NETWORK_H_
#define WEFT_COMMON_POLICY_NETWORK_H_

#include <torch/nn/module.h>
#include <torch/nn/modules/embedding.h>
#include <torch/nn/modules/linear.h>

#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "common/config/options.h"
#include "common/policy/encoders/encoder.h"

namespace weft {

// Thread-safe while nobody trains or loads.
class PolicyNetwork : public torch::nn::Module {
 public:
  // Initialized from `seed` alone, without LibTorch's global generator.
  // INVALID_ARGUMENT for an unknown encoder (the message lists those there are) or
  // impossible sizes.
  static absl::StatusOr<std::shared_ptr<PolicyNetwork>> Create(
      const PolicyOptions& options, uint64_t seed);

  // The same with arbitrary parameters, for who overwrites them: orthogonal matrices
  // take most of the time of Create.
  static absl::StatusOr<std::shared_ptr<PolicyNetwork>> CreateToLoad(
      const PolicyOptions& options);

  struct Encoded {
    torch::Tensor loops;   // [B, L, W]: the tokens of loops 0..L-1.
    torch::Tensor pooled;  // [B, W]
    torch::Tensor critic;  // [B, W]: what the critic sees; `pooled` where it shares.
  };

  // features [B, T, kTokenWidth]; token_kinds [B, T] int64; `layout` of the same B and
  // T. T must be at least 1 + `loops`, or the missing loops are zero vectors.
  Encoded Encode(const torch::Tensor& features, const torch::Tensor& token_kinds,
                 const SequenceLayout& layout, int64_t loops);

  // Unmasked logits: [B, kNumActionKinds] and [B, kNumVectorizeModes].
  torch::Tensor KindLogits(const torch::Tensor& pooled);
  torch::Tensor ModeLogits(const torch::Tensor& pooled);
  // [B, L, kNumSizes], given the SizeSlot of each row: slots [B] int64.
  torch::Tensor SizeLogits(const Encoded& encoded, const torch::Tensor& slots);
  // [B, L]: the scores of a Plackett-Luce order. At each depth, the softmax of the
  // scores of the loops that are left.
  torch::Tensor OrderScores(const Encoded& encoded);
  // [B], in the unit of the reward.
  torch::Tensor Value(const Encoded& encoded);

  // Mean and standard deviation of the returns; see Value. The values change with them,
  // or, if they are to be kept, the last layer does (van Hasselt et al. 2016,
  // arXiv:1602.07714).
  void SetValueUnit(double shift, double scale, bool keep_values = false);
  double value_shift() const;
  double value_scale() const;

  // Copies every parameter and buffer of `other`, which must be of the same options.
  void CopyFrom(const PolicyNetwork& other);

  const PolicyOptions& options() const { return options_; }

 private:
  // A hidden layer with tanh, and a linear layer on top.
  struct Head {
    torch::nn::Linear hidden{nullptr};
    torch::nn::Linear out{nullptr};
    torch::Tensor operator()(const torch::Tensor& input);
  };

  // From features to vectors: those of the tokens, and one for all of them.
  struct Trunk {
    torch::nn::Linear token{nullptr};
    torch::nn::Embedding kind_embedding{nullptr};
    std::shared_ptr<Encoder> encoder;
    torch::nn::Linear pool{nullptr};

    struct Output {
      torch::Tensor tokens;  // [B, T, W]
      torch::Tensor pooled;  // [B, W]
    };
    Output operator()(const torch::Tensor& features, const torch::Tensor& token_kinds,
                      const SequenceLayout& layout);
  };

  explicit PolicyNetwork(const PolicyOptions& options);
  Trunk MakeTrunk(const std::string& prefix);
  Head MakeHead(const std::string& name, int64_t inputs, int64_t outputs);
  void Initialize(uint64_t seed);

  PolicyOptions options_;
  Trunk trunk_;
  std::optional<Trunk> critic_trunk_;
  torch::nn::Embedding slot_embedding_{nullptr};
  Head kind_, mode_, size_, order_, value_;
  torch::Tensor value_shift_, value_scale_;
};

}  // namespace weft

#endif  // WEFT_COMMON_POLICY_NETWORK_H_
