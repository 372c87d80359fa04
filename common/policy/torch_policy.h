// A policy network under LibTorch's InferenceMode, for actors and servers.
#ifndef WEFT_COMMON_POLICY_TORCH_POLICY_H_
#define WEFT_COMMON_POLICY_TORCH_POLICY_H_

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/config/options.h"
#include "common/policy/policy.h"

namespace weft {

// Thread-safe. A Decide that runs while LoadWeights is called finishes with the weights
// it began with.
class TorchPolicy : public Policy {
 public:
  // INVALID_ARGUMENT for an unknown encoder or impossible sizes.
  static absl::StatusOr<std::unique_ptr<TorchPolicy>> Create(
      const PolicyOptions& options);

  // With these weights from the start, and without the time that Create takes to
  // initialize others. Errors as of Create and LoadWeights.
  static absl::StatusOr<std::unique_ptr<TorchPolicy>> Load(const PolicyOptions& options,
                                                           const std::string& weights,
                                                           uint64_t version);

  // `weights` are the bytes of PpoLearner::SerializeWeights. DATA_LOSS when they are
  // not, or are of another network; the policy is then unchanged.
  virtual absl::Status LoadWeights(const std::string& weights, uint64_t version) = 0;
};

}  // namespace weft

#endif  // WEFT_COMMON_POLICY_TORCH_POLICY_H_
