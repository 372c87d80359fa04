// Everything of a learner that training changes, and its bytes.
#ifndef WEFT_LEARNER_PPO_LEARNER_STATE_H_
#define WEFT_LEARNER_PPO_LEARNER_STATE_H_

#include <torch/optim/adam.h>

#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/policy/network.h"
#include "learner/ppo/running_moments.h"

namespace weft {

// What training changes beside the tensors.
struct LearnerCounters {
  uint64_t updates = 0;    // Finished ones.
  std::mt19937_64 random;  // Shuffles minibatches.
  // Of the next update (adaptive_coefficients.h); 0: as the options begin.
  double entropy_coefficient = 0;
  double kl_coefficient = 0;
  RunningMoments rewards;  // Of all episodes, as they came.
};

struct LearnerState {
  std::shared_ptr<PolicyNetwork> network;
  std::unique_ptr<torch::optim::Adam> optimizer;  // Of the network's parameters.
  LearnerCounters counters;
};

std::unique_ptr<torch::optim::Adam> MakeOptimizer(const PolicyNetwork& network,
                                                  double learning_rate);

std::string SaveState(const LearnerState& state);

// DATA_LOSS when the bytes are not of SaveState or are of another network.
absl::StatusOr<LearnerState> LoadState(const std::string& bytes,
                                       const PolicyOptions& options,
                                       double learning_rate, torch::Device device);

// A copy of a network's tensors, where they are. Its bytes may be made on any thread.
class WeightsSnapshot {
 public:
  explicit WeightsSnapshot(const PolicyNetwork& network);

  std::string Serialize() const;  // As SerializeNetwork.

 private:
  const PolicyOptions options_;
  torch::Tensor values_;  // Of all tensors, one after the other.
};

// A copy of a state, where the state is, to go back to or to be written on any thread:
// a fraction of the time that its bytes would take.
class LearnerSnapshot {
 public:
  explicit LearnerSnapshot(const LearnerState& state);

  // Into the state that it was taken of. Once only.
  void RestoreTo(LearnerState* state);

  std::string Serialize() const;  // As SaveState.

 private:
  using AdamEntry = std::unique_ptr<torch::optim::AdamParamState>;

  const PolicyOptions options_;
  const double learning_rate_;
  std::vector<torch::Tensor> tensors_;  // Parameters, then buffers.
  std::vector<AdamEntry> adam_;  // Of each parameter; null before the first step.
  LearnerCounters counters_;
};

}  // namespace weft

#endif  // WEFT_LEARNER_PPO_LEARNER_STATE_H_
