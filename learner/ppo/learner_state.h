// Everything of a learner that training changes, and its bytes.
#ifndef WEFT_LEARNER_PPO_LEARNER_STATE_H_
#define WEFT_LEARNER_PPO_LEARNER_STATE_H_

#include <torch/optim/adam.h>

#include <cstdint>
#include <memory>
#include <random>
#include <string>

#include "absl/status/statusor.h"
#include "common/policy/network.h"

namespace weft {

struct LearnerState {
  std::shared_ptr<PolicyNetwork> network;
  std::unique_ptr<torch::optim::Adam> optimizer;  // Of the network's parameters.
  uint64_t updates = 0;                           // Finished ones.
  std::mt19937_64 random;                         // Shuffles minibatches.
};

std::unique_ptr<torch::optim::Adam> MakeOptimizer(const PolicyNetwork& network,
                                                  double learning_rate);

std::string SaveState(const LearnerState& state);

// DATA_LOSS when the bytes are not of SaveState or are of another network.
absl::StatusOr<LearnerState> LoadState(const std::string& bytes,
                                       const PolicyOptions& options,
                                       double learning_rate, torch::Device device);

}  // namespace weft

#endif  // WEFT_LEARNER_PPO_LEARNER_STATE_H_
