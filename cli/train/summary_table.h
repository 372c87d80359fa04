// The table that a finished run prints, from its summary.json.
#ifndef WEFT_CLI_TRAIN_SUMMARY_TABLE_H_
#define WEFT_CLI_TRAIN_SUMMARY_TABLE_H_

#include <string>

#include "absl/status/statusor.h"
#include "nlohmann/json.hpp"

namespace weft {

// NOT_FOUND when there is no such file, DATA_LOSS when it is not a summary.
absl::StatusOr<nlohmann::json> ReadSummary(const std::string& path);

// One row per program, best first, then the figures of the whole run. `color` marks
// programs without a speed-up.
std::string SummaryTable(const nlohmann::json& summary, bool color);

}  // namespace weft

#endif  // WEFT_CLI_TRAIN_SUMMARY_TABLE_H_
