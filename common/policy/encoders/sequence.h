// Padded batches of sequences: which positions count, and in which order they are read.
#ifndef WEFT_COMMON_POLICY_ENCODERS_SEQUENCE_H_
#define WEFT_COMMON_POLICY_ENCODERS_SEQUENCE_H_

#include <torch/types.h>

namespace weft {

// How B sequences lie in [B, T]. Made once for a batch: whatever a layer made of the
// lengths on a CUDA device would be a copy that the host waits for.
struct SequenceLayout {
  torch::Tensor lengths;  // [B] int64, in [1, T], always on the CPU.

  // Undefined for one sequence: the lengths from the largest, always on the CPU.
  torch::Tensor falling;  // [B] int64
  // What follows is where the vectors are. The sequences by falling length, and where
  // that puts each of them; undefined for one sequence.
  torch::Tensor order;   // [B] int64
  torch::Tensor places;  // [B] int64
  torch::Tensor counts;  // [B] float32: the lengths.
  // Undefined where every sequence has T tokens.
  torch::Tensor padding;    // [B, T] bool: true beyond a length.
  torch::Tensor backwards;  // [B, T] int64: which token is read there from the end.
};

// On the CPU, and in page-locked memory when `pinned`. lengths is [B], int64, on the
// CPU, in [1, T].
SequenceLayout LayOut(const torch::Tensor& lengths, int64_t tokens,
                      bool pinned = false);

// `vectors` [B, T, W] with zeros in the padding.
torch::Tensor ClearPadding(const torch::Tensor& vectors, const SequenceLayout& layout);

// `vectors` [B, T, W] with every sequence read backwards and its padding in place. Its
// own inverse.
//
// A decoder's position sees only what was read before it. The first token of an
// observation is the global one, whose vector stands for the whole state; backwards it
// is read last, and so it sees every other token.
torch::Tensor ReverseSequences(const torch::Tensor& vectors,
                               const SequenceLayout& layout);

}  // namespace weft

#endif  // WEFT_COMMON_POLICY_ENCODERS_SEQUENCE_H_
