// The least that a gradient step needs, to compare a learner with: forward, backward
// and optimizer step on tensors that are there already. No LibTorch in this header.
#ifndef WEFT_BENCHMARKS_LEARNER_BARE_TRAINING_H_
#define WEFT_BENCHMARKS_LEARNER_BARE_TRAINING_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/config/options.h"
#include "common/schedule/trajectory.h"

namespace weft {

// Not thread-safe.
class BareTraining {
 public:
  // Minibatches of `minibatch_steps` decisions of the episodes, on `device` (cpu or
  // cuda). What is left joins the last minibatch, as in the learner. The episodes are
  // not needed afterwards.
  static absl::StatusOr<std::unique_ptr<BareTraining>> Create(
      const PolicyOptions& policy, const std::string& device, int minibatch_steps,
      const std::vector<Trajectory>& episodes);
  virtual ~BareTraining() = default;

  // One pass over the minibatches, split by length as the learner does it, with a PPO
  // loss, Adam after each. Returns its
  // seconds, up to the end of the device's work.
  virtual double Epoch() = 0;

  // Of one epoch: arithmetic of forward and backward (twice the forward), a
  // multiply-add is two. Counts matrix products and depthwise convolutions alone, over
  // padded tokens as they are computed.
  virtual double flops() const = 0;
  virtual int minibatches() const = 0;
  virtual int64_t parameters() const = 0;
};

// Multiply-adds of a square float32 matrix product, in flop/s: the best of several. One
// that fills the device: 1024 on a CPU, 8192 on a GPU (without TF32).
double MeasureMatmulPeak(const std::string& device);

bool HasCudaDevice();

// Learnable numbers of a network; INVALID_ARGUMENT for an impossible one.
absl::StatusOr<int64_t> CountParameters(const PolicyOptions& policy);

}  // namespace weft

#endif  // WEFT_BENCHMARKS_LEARNER_BARE_TRAINING_H_
