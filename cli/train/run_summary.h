// The summary.json of a finished run.
#ifndef WEFT_CLI_TRAIN_RUN_SUMMARY_H_
#define WEFT_CLI_TRAIN_RUN_SUMMARY_H_

#include <string>

#include "absl/status/statusor.h"
#include "nlohmann/json.hpp"

namespace weft {

// NOT_FOUND when there is no such file, DATA_LOSS when it is not a summary.
absl::StatusOr<nlohmann::json> ReadSummary(const std::string& path);

}  // namespace weft

#endif  // WEFT_CLI_TRAIN_RUN_SUMMARY_H_
