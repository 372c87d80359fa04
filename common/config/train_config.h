// Reads and writes the YAML of a training run.
//
// Errors are for a person: every problem of the file at once, each as
// `FILE:LINE: KEY: what is wrong (what is allowed)`. Unknown keys are errors, with the
// nearest known key as a suggestion. Thread-safe: no state.
#ifndef WEFT_COMMON_CONFIG_TRAIN_CONFIG_H_
#define WEFT_COMMON_CONFIG_TRAIN_CONFIG_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/config/options.h"

namespace weft {

// NOT_FOUND when the file cannot be read, INVALID_ARGUMENT for anything wrong in it.
// `overrides` are KEY=VALUE with dots between levels, such as ppo.clip_ratio=0.1; they
// win over the file and are checked like it.
absl::StatusOr<TrainConfig> LoadTrainConfig(
    const std::string& path, const std::vector<std::string>& overrides = {});

// The same from text; `file` names it in errors.
absl::StatusOr<TrainConfig> ParseTrainConfig(
    const std::string& text, const std::string& file,
    const std::vector<std::string>& overrides = {});

// Every key with its value, in a form that ParseTrainConfig reads back to an equal
// config.
std::string ToYaml(const TrainConfig& config);

// Whether a run begins with a stage on the cost model.
bool NeedsPretraining(const TrainConfig& config);

// The config of that stage: all tasks of the cost model are trained on, and none
// validates.
TrainConfig PretrainingConfig(TrainConfig config);

}  // namespace weft

#endif  // WEFT_COMMON_CONFIG_TRAIN_CONFIG_H_
