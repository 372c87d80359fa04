// The heuristic that needs no policy: for each kind of operation one schedule, the best
// for the kind's programs of a training run.
#ifndef WEFT_CLI_EVALUATE_FIXED_SCHEDULES_H_
#define WEFT_CLI_EVALUATE_FIXED_SCHEDULES_H_

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/schedule/action.h"
#include "nlohmann/json.hpp"

namespace weft {

// By the anchor's operation name.
using FixedSchedules = std::map<std::string, Schedule>;

// A kind of operation in a run.
struct KindOfRun {
  // With the largest speed-ups of the run first, at most kMostFixedPrograms.
  std::vector<std::string> programs;
  std::vector<Schedule> candidates;  // Their best schedules, each once.
};
inline constexpr size_t kMostFixedPrograms = 8;

// By the anchor's operation name, from a summary.json; programs for which the run found
// no schedule are left out. `anchor_of` names a program's anchor. INVALID_ARGUMENT when
// a schedule of the summary cannot be read; else the first error of `anchor_of`.
absl::StatusOr<std::map<std::string, KindOfRun>> KindsOfRun(
    const nlohmann::json& summary,
    const std::function<absl::StatusOr<std::string>(const std::string& program)>&
        anchor_of);

// What a schedule, made legal, takes on a program; a failure has its penalty's time.
using SecondsOf = std::function<absl::StatusOr<double>(const std::string& program,
                                                       const Schedule& schedule)>;

// The candidate with the least geometric mean of times over the kind's programs: every
// one is taken on every program, unless there is only one. The first error of
// `seconds_of`.
absl::StatusOr<Schedule> BestOnAverage(const KindOfRun& kind,
                                       const SecondsOf& seconds_of);

}  // namespace weft

#endif  // WEFT_CLI_EVALUATE_FIXED_SCHEDULES_H_
