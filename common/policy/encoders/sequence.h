// Padded batches of sequences: which positions count, and in which order they are read.
#ifndef WEFT_COMMON_POLICY_ENCODERS_SEQUENCE_H_
#define WEFT_COMMON_POLICY_ENCODERS_SEQUENCE_H_

#include <torch/types.h>

namespace weft {

// In all of these, lengths is [B], int64, on the CPU, in [1, T]; pure, thread-safe.

// [B, T] bool on `device`: true at the positions of a sequence, false in its padding.
torch::Tensor ValidPositions(const torch::Tensor& lengths, int64_t tokens,
                             torch::Device device);

// `vectors` [B, T, W] with zeros in the padding.
torch::Tensor ClearPadding(const torch::Tensor& vectors, const torch::Tensor& lengths);

// `vectors` [B, T, W] with every sequence read backwards and its padding in place. Its
// own inverse.
//
// A decoder's position sees only what was read before it. The first token of an
// observation is the global one, whose vector stands for the whole state; backwards it
// is read last, and so it sees every other token.
torch::Tensor ReverseSequences(const torch::Tensor& vectors,
                               const torch::Tensor& lengths);

}  // namespace weft

#endif  // WEFT_COMMON_POLICY_ENCODERS_SEQUENCE_H_
