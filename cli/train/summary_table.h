// The table that a finished run prints, from its summary.json.
#ifndef WEFT_CLI_TRAIN_SUMMARY_TABLE_H_
#define WEFT_CLI_TRAIN_SUMMARY_TABLE_H_

#include <string>

#include "nlohmann/json.hpp"

namespace weft {

// One row per program, best first, then the figures of the whole run. A speed-up is
// marked * where it was not timed side by side and ~ where that was disturbed, with a
// line that says why (see cli/train/final_timing.h). `color` marks programs without a
// speed-up.
std::string SummaryTable(const nlohmann::json& summary, bool color);

}  // namespace weft

#endif  // WEFT_CLI_TRAIN_SUMMARY_TABLE_H_
