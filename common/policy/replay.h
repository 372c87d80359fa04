// The probability of decisions that were taken, with gradients: what the learner needs.
#ifndef WEFT_COMMON_POLICY_REPLAY_H_
#define WEFT_COMMON_POLICY_REPLAY_H_

#include <torch/types.h>

#include "common/policy/decision_batch.h"
#include "common/policy/encoders/sequence.h"
#include "common/policy/network.h"

namespace weft {

// R choices among O options, as in ChoiceBatch.
struct ChoiceTensors {
  torch::Tensor illegal;  // [R, O] bool.
  torch::Tensor chosen;   // [R, 1] int64.
  torch::Tensor used;     // [R] float32.
};

// B decisions of at most T tokens and L loops.
struct DecisionTensors {
  torch::Tensor features;     // [B, T, kTokenWidth] float32.
  torch::Tensor token_kinds;  // [B, T] int64.
  SequenceLayout layout;      // Of B and T.
  torch::Tensor slots;        // [B] int64.
  ChoiceTensors kind, mode, sizes, order;
  int64_t loops = 0;  // L
};

// Tensors of their own on the CPU, and in page-locked memory when `pinned`, which a
// copy to a CUDA device needs to be asynchronous. Thread-safe; uses no thread of
// LibTorch's.
DecisionTensors MakeDecisionTensors(const TokenBatch& tokens, const PartBatch& parts,
                                    bool pinned = false);

// Without waiting for the copy when it comes from page-locked memory; the stream of the
// calling thread waits where it is used.
torch::Tensor ToDevice(const torch::Tensor& tensor, torch::Device device);
DecisionTensors ToDevice(const DecisionTensors& decisions, torch::Device device);

// Each of shape [B], float32.
struct Replay {
  torch::Tensor log_probability;  // Of the joint action.
  torch::Tensor entropy;          // Nats, summed over the parts that the action used.
  torch::Tensor value;            // In the unit of the reward.
};

// How the network is computed. What is made of its logits is float32 in any case.
enum class Precision {
  kFloat32,
  kBf16,  // CUDA's autocast to bfloat16; nothing on a CPU.
};

// The log-probabilities [R, O] under a mask, float32 whatever the logits are. That of
// an illegal option is finite and so low that its exponential is exactly 0, in half
// precision, too.
torch::Tensor MaskedLogProbabilities(const torch::Tensor& logits,
                                     const torch::Tensor& illegal);

// Replays B decisions that are where the network is. The masks are those of Decompose,
// the same that TorchPolicy samples under; an illegal option has probability exactly 0
// and gets no gradient.
Replay ReplayDecisions(PolicyNetwork& network, const DecisionTensors& decisions,
                       Precision precision = Precision::kFloat32);

}  // namespace weft

#endif  // WEFT_COMMON_POLICY_REPLAY_H_
