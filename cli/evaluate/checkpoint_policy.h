// The policy that a checkpoint holds.
#ifndef WEFT_CLI_EVALUATE_CHECKPOINT_POLICY_H_
#define WEFT_CLI_EVALUATE_CHECKPOINT_POLICY_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "common/config/options.h"
#include "common/policy/policy.h"

namespace weft {

struct CheckpointPolicy {
  std::unique_ptr<Policy> policy;
  std::string path;  // Of the checkpoint.
  std::string encoder;
  uint64_t iteration = 0;
  TrainConfig config;  // Of the run that it is from.
};

// `path` is a checkpoint, or the folder of a run: then best.weft if it is there, else
// the newest that is valid. NOT_FOUND or DATA_LOSS naming what is missing or wrong.
absl::StatusOr<CheckpointPolicy> LoadCheckpointPolicy(const std::string& path);

}  // namespace weft

#endif  // WEFT_CLI_EVALUATE_CHECKPOINT_POLICY_H_
