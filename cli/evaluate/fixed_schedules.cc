#include "cli/evaluate/fixed_schedules.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <tuple>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "common/schedule/parse_schedule.h"

namespace weft {
namespace {

struct Row {
  std::string program;
  double speedup = 0;
  Schedule schedule;
};

// Those with a schedule, the largest speed-ups first.
absl::StatusOr<std::vector<Row>> Rows(const nlohmann::json& summary) {
  std::vector<Row> rows;
  for (const nlohmann::json& json :
       summary.value("programs", nlohmann::json::array())) {
    const std::string text = json.value("schedule", "");
    if (text.empty() || json.value("best_us", 0.0) <= 0) continue;
    const std::string program = json.value("program", "");
    absl::StatusOr<Schedule> schedule = ParseSchedule(text);
    if (!schedule.ok()) {
      return absl::InvalidArgumentError(
          absl::StrCat("the schedule of ", program, ": ", schedule.status().message()));
    }
    rows.push_back({program, json.value("speedup", 0.0), *std::move(schedule)});
  }
  std::sort(rows.begin(), rows.end(), [](const Row& a, const Row& b) {
    return std::tie(b.speedup, a.program) < std::tie(a.speedup, b.program);
  });
  return rows;
}

}  // namespace

absl::StatusOr<std::map<std::string, KindOfRun>> KindsOfRun(
    const nlohmann::json& summary,
    const std::function<absl::StatusOr<std::string>(const std::string& program)>&
        anchor_of) {
  const absl::StatusOr<std::vector<Row>> rows = Rows(summary);
  if (!rows.ok()) return rows.status();
  std::map<std::string, KindOfRun> kinds;
  for (const Row& row : *rows) {
    const absl::StatusOr<std::string> anchor = anchor_of(row.program);
    if (!anchor.ok()) return anchor.status();
    KindOfRun& kind = kinds[*anchor];
    if (kind.programs.size() == kMostFixedPrograms) continue;
    kind.programs.push_back(row.program);
    if (!absl::c_linear_search(kind.candidates, row.schedule)) {
      kind.candidates.push_back(row.schedule);
    }
  }
  return kinds;
}

absl::StatusOr<Schedule> BestOnAverage(const KindOfRun& kind,
                                       const SecondsOf& seconds_of) {
  if (kind.candidates.size() == 1) return kind.candidates.front();
  double least = std::numeric_limits<double>::infinity();
  Schedule best;
  for (const Schedule& candidate : kind.candidates) {
    double total = 0;
    for (const std::string& program : kind.programs) {
      const absl::StatusOr<double> seconds = seconds_of(program, candidate);
      if (!seconds.ok()) return seconds.status();
      total += std::log(*seconds);
    }
    if (total >= least) continue;
    least = total;
    best = candidate;
  }
  return best;
}

}  // namespace weft
