// A CheckpointSummary as text and as JSON.
#ifndef WEFT_CLI_CHECKPOINT_CHECKPOINT_REPORT_H_
#define WEFT_CLI_CHECKPOINT_CHECKPOINT_REPORT_H_

#include <string>

#include "cli/checkpoint/checkpoint_summary.h"
#include "nlohmann/json.hpp"

namespace weft {

// A table for a terminal, the configuration last.
std::string CheckpointTable(const CheckpointSummary& summary);

nlohmann::ordered_json CheckpointJson(const CheckpointSummary& summary);

}  // namespace weft

#endif  // WEFT_CLI_CHECKPOINT_CHECKPOINT_REPORT_H_
