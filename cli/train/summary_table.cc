#include "cli/train/summary_table.h"

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "cli/train/progress.h"

namespace weft {
namespace {

using nlohmann::json;

// One character: how far the speed-up of a row can be trusted. A summary without final
// times, such as that of an interrupted run, has no marks.
const char* Mark(const json& program) {
  if (!program.contains("confirmed")) return " ";
  if (!program.value("confirmed", false)) return "*";
  return program.value("disturbed", false) ? "~" : " ";
}

std::string Row(const json& program, bool color) {
  const double best_us = program.value("best_us", 0.0);
  const std::string name = program.value("program", "?");
  if (best_us <= 0) {
    return absl::StrFormat("%s%-28s %12.1f %12s %9s  %s%s\n", color ? "\033[33m" : "",
                           name, program.value("unscheduled_us", 0.0), "-", "-",
                           "no correct measurement", color ? "\033[0m" : "");
  }
  return absl::StrFormat("%-28s %12.1f %12.1f %8.2fx%s %s\n", name,
                         program.value("unscheduled_us", 0.0), best_us,
                         program.value("speedup", 0.0), Mark(program),
                         program.value("schedule", ""));
}

// What the marks mean, and why they are there.
std::string Legend(const std::vector<json>& programs) {
  std::set<std::string> reasons;
  bool disturbed = false;
  for (const json& program : programs) {
    if (program.value("best_us", 0.0) <= 0) continue;
    if (Mark(program)[0] == '*') reasons.insert(program["unconfirmed_because"]);
    disturbed = disturbed || Mark(program)[0] == '~';
  }
  std::string legend;
  if (disturbed) legend = "~ every sample was disturbed by something else\n";
  if (!reasons.empty()) {
    absl::StrAppend(&legend, "* times of the training, not taken side by side: ",
                    absl::StrJoin(reasons, "; "), "\n");
  }
  return legend;
}

// Nothing for a run without validation.
std::string ValidationLine(const json& summary) {
  if (!summary.contains("validation")) return "";
  const auto score = [&](const char* which) {
    const json& found = summary["validation"][which];
    return absl::StrFormat("%s %.3f (%.2fx, iteration %d, %d of %d failed)", which,
                           found.value("mean_reward", 0.0),
                           found.value("geomean_speedup", 0.0),
                           found.value("iteration", 0), found.value("failures", 0),
                           found.value("programs", 0));
  };
  return absl::StrCat("validation reward: ", score("first"), ", ", score("best"), ", ",
                      score("last"), "\n");
}

}  // namespace

std::string SummaryTable(const json& summary, bool color) {
  std::vector<json> programs = summary["programs"];
  const auto rank = [](const json& program) {
    return std::make_pair(-program.value("speedup", 0.0), program.value("program", ""));
  };
  std::sort(programs.begin(), programs.end(),
            [&](const json& a, const json& b) { return rank(a) < rank(b); });
  std::string table = absl::StrFormat("%-28s %12s %12s %9s  %s\n", "program",
                                      "-O3 (us)", "best (us)", "speed-up", "schedule");
  for (const json& program : programs) absl::StrAppend(&table, Row(program, color));
  absl::StrAppend(&table, Legend(programs));
  const auto number = [&](const char* key) { return summary[key].get<double>(); };
  absl::StrAppendFormat(
      &table,
      "\nprograms %d | geometric mean speed-up %.2fx over unscheduled -O3 code\n"
      "episodes %.0f | measured and checked %.0f | known before %.0f | wrong %.0f | "
      "crashed %.0f | "
      "timed out %.0f\n"
      "mean reward: first quarter %.3f, last quarter %.3f (%+.3f)\n"
      "%.1f measured schedules/s | %.1f env steps/s | %s\n",
      programs.size(), number("geomean_speedup"), number("episodes"),
      number("measurements"), summary.value("known", 0.0), number("wrong"),
      number("crashed"), number("timed_out"), number("mean_reward_first_quarter"),
      number("mean_reward_last_quarter"),
      number("mean_reward_last_quarter") - number("mean_reward_first_quarter"),
      number("measured_schedules_per_second"), number("env_steps_per_second"),
      HumanDuration(number("wall_seconds")));
  absl::StrAppend(&table, ValidationLine(summary));
  return table;
}

}  // namespace weft
