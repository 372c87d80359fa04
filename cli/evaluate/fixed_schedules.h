// The heuristic that needs no policy: for each kind of operation the best schedule of a
// training run.
#ifndef WEFT_CLI_EVALUATE_FIXED_SCHEDULES_H_
#define WEFT_CLI_EVALUATE_FIXED_SCHEDULES_H_

#include <functional>
#include <map>
#include <string>

#include "absl/status/statusor.h"
#include "common/schedule/action.h"
#include "nlohmann/json.hpp"

namespace weft {

// By the anchor's operation name.
using FixedSchedules = std::map<std::string, Schedule>;

// Of each anchor the schedule with the largest speed-up among the programs of a
// summary.json. `anchor_of` names a program's anchor. INVALID_ARGUMENT when a schedule
// of the summary cannot be read; else the first error of `anchor_of`.
absl::StatusOr<FixedSchedules> BestSchedulesByAnchor(
    const nlohmann::json& summary,
    const std::function<absl::StatusOr<std::string>(const std::string& program)>&
        anchor_of);

}  // namespace weft

#endif  // WEFT_CLI_EVALUATE_FIXED_SCHEDULES_H_
