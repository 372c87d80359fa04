#include "cli/evaluate/fixed_schedules.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/schedule/parse_schedule.h"

namespace weft {

absl::StatusOr<FixedSchedules> BestSchedulesByAnchor(
    const nlohmann::json& summary,
    const std::function<absl::StatusOr<std::string>(const std::string& program)>&
        anchor_of) {
  FixedSchedules schedules;
  std::map<std::string, double> speedups;
  for (const nlohmann::json& row : summary.value("programs", nlohmann::json::array())) {
    const std::string text = row.value("schedule", "");
    if (text.empty() || row.value("best_us", 0.0) <= 0) continue;
    const std::string program = row.value("program", "");
    absl::StatusOr<Schedule> schedule = ParseSchedule(text);
    if (!schedule.ok()) {
      return absl::InvalidArgumentError(
          absl::StrCat("the schedule of ", program, ": ", schedule.status().message()));
    }
    const absl::StatusOr<std::string> anchor = anchor_of(program);
    if (!anchor.ok()) return anchor.status();
    const double speedup = row.value("speedup", 0.0);
    if (speedups.count(*anchor) > 0 && speedup <= speedups[*anchor]) continue;
    speedups[*anchor] = speedup;
    schedules[*anchor] = *std::move(schedule);
  }
  return schedules;
}

}  // namespace weft
