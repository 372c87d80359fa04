#include "cli/train/final_timing.h"

#include <cmath>

#include "absl/status/status.h"

namespace weft {
namespace {

using nlohmann::json;

constexpr double kMicroseconds = 1e6;

void Leave(const std::string& why, json* row) {
  (*row)["confirmed"] = false;
  (*row)["unconfirmed_because"] = why;
}

void Confirm(const SideBySide& found, json* row) {
  json before = json::object();
  for (const char* key : {"unscheduled_us", "best_us", "speedup", "schedule"}) {
    before[key] = row->value(key, json());
  }
  (*row)["in_training"] = std::move(before);
  (*row)["unscheduled_us"] = found.unscheduled_seconds * kMicroseconds;
  (*row)["best_us"] = found.best_seconds * kMicroseconds;
  (*row)["speedup"] = found.speedup();
  (*row)["schedule"] = row->value("exported_schedule", "");
  (*row)["pairs"] = found.pairs;
  (*row)["disturbed"] = found.disturbed;
  (*row)["confirmed"] = true;
}

// A program without a schedule counts as 1, as in the learner's summary.
void Recount(json* summary) {
  int confirmed = 0;
  double log_sum = 0;
  for (const json& row : (*summary)["programs"]) {
    if (row.value("confirmed", false)) ++confirmed;
    log_sum += std::log(row.value("speedup", 1.0));
  }
  const size_t programs = (*summary)["programs"].size();
  (*summary)["confirmed_programs"] = confirmed;
  if (programs > 0) {
    (*summary)["geomean_speedup"] = std::exp(log_sum / static_cast<double>(programs));
  }
}

}  // namespace

void AddFinalTimes(const FinalTimingHooks& hooks, json* summary) {
  json& rows = (*summary)["programs"];
  const int total = static_cast<int>(rows.size());
  int done = 0;
  std::string ended;  // Why no more programs are timed.
  for (json& row : rows) {
    const std::string program = row.value("program", "");
    if (row.value("exported_schedule", "").empty()) {
      Leave("no schedule was exported", &row);
      ++done;
      continue;
    }
    if (ended.empty() && hooks.out_of_time()) ended = "there was no time left";
    if (!ended.empty()) {
      Leave(ended, &row);
      continue;
    }
    hooks.on_program(done, total, program);
    const absl::StatusOr<SideBySide> found = hooks.time(program);
    if (found.ok()) {
      Confirm(*found, &row);
    } else {
      const std::string why(found.status().message());
      Leave(why, &row);
      if (absl::IsCancelled(found.status())) ended = why;
    }
    ++done;
  }
  if (ended.empty()) hooks.on_program(total, total, "");
  Recount(summary);
}

}  // namespace weft
