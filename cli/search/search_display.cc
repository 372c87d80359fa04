#include "cli/search/search_display.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"

namespace weft {
namespace {

std::string Row(const char* name, double seconds, const SearchScale& scale) {
  return absl::StrFormat("%-12s %12.2f us %10.2f GFLOP/s %9.2f GB/s %7.1f %% of peak\n",
                         name, seconds * 1e6, scale.flops / seconds / 1e9,
                         scale.bytes / seconds / 1e9,
                         100 * scale.flops / seconds / scale.peak_flops);
}

struct Times {
  double unscheduled = 0;
  double best = 0;  // 0 without a best schedule.
};

// Those taken side by side if there are, else those of the search.
Times TimesOf(const SearchProgress& progress, const FinalTiming& timing) {
  if (timing.times) {
    return {timing.times->unscheduled_seconds, timing.times->best_seconds};
  }
  return {progress.unscheduled_seconds,
          progress.best ? progress.best->result.measurement.seconds : 0};
}

std::string Trust(const FinalTiming& timing) {
  if (!timing.times) {
    return absl::StrCat(
        "(times of the search, not taken side by side: ", timing.why_not, ")");
  }
  return timing.times->disturbed ? "(side by side, but every sample was disturbed)"
                                 : "(timed side by side)";
}

}  // namespace

std::string Failures(const SearchProgress& progress) {
  std::vector<std::string> parts;
  for (int i = 1; i < kNumOutcomes; ++i) {
    if (progress.outcomes[i] == 0) continue;
    parts.push_back(
        absl::StrCat(progress.outcomes[i], " ", OutcomeName(static_cast<Outcome>(i))));
  }
  return absl::StrJoin(parts, ", ");
}

std::string ProgressLine(const SearchProgress& progress, int budget,
                         const SearchScale& scale) {
  std::string line =
      absl::StrFormat("%d/%d", progress.trials, std::max(budget, progress.trials));
  if (progress.reused > 0) absl::StrAppend(&line, " (", progress.reused, " known)");
  if (progress.best) {
    const double seconds = progress.best->result.measurement.seconds;
    absl::StrAppendFormat(
        &line, " | best %.1f us, %.1f GFLOP/s, %.0f %% of peak, %.3gx", seconds * 1e6,
        scale.flops / seconds / 1e9, 100 * scale.flops / seconds / scale.peak_flops,
        progress.unscheduled_seconds / seconds);
  }
  const std::string failures = Failures(progress);
  if (!failures.empty()) absl::StrAppend(&line, " | failed: ", failures);
  return line;
}

std::string ResultTable(const SearchProgress& progress, const SearchScale& scale,
                        const FinalTiming& timing) {
  std::string table =
      absl::StrCat(scale.program, " (", scale.anchor, ") on ", scale.cpu, ", ",
                   scale.threads, scale.threads == 1 ? " thread\n" : " threads\n");
  const Times times = TimesOf(progress, timing);
  if (times.unscheduled > 0) table += Row("unscheduled", times.unscheduled, scale);
  if (progress.best) {
    table += Row("best", times.best, scale);
    absl::StrAppendFormat(&table, "%-12s %12.2f x  %s\n", "speed-up",
                          times.unscheduled / times.best, Trust(timing));
    absl::StrAppend(&table, "schedule     ", ToString(progress.best->schedule), "\n");
  }
  const std::string failures = Failures(progress);
  absl::StrAppend(&table, "measured     ", progress.trials - progress.reused,
                  " schedules, ", progress.reused, " more were known",
                  failures.empty() ? "" : "; failed: ", failures, "\n");
  return table;
}

nlohmann::json ResultJson(const SearchProgress& progress, const SearchScale& scale,
                          const FinalTiming& timing) {
  const Times times = TimesOf(progress, timing);
  nlohmann::json json = {{"program", scale.program},
                         {"anchor", scale.anchor},
                         {"cpu", scale.cpu},
                         {"threads", scale.threads},
                         {"unscheduled_us", times.unscheduled * 1e6},
                         {"measurements", progress.trials - progress.reused},
                         {"reused", progress.reused},
                         {"interrupted", progress.interrupted},
                         {"best_us", nullptr},
                         {"schedule", nullptr}};
  if (progress.best) {
    const double seconds = times.best;
    json["best_us"] = seconds * 1e6;
    json["speedup"] = times.unscheduled / seconds;
    json["confirmed"] = timing.times.has_value();
    if (timing.times) json["disturbed"] = timing.times->disturbed;
    json["schedule"] = ToString(progress.best->schedule);
    json["gflops"] = scale.flops / seconds / 1e9;
    json["gbps"] = scale.bytes / seconds / 1e9;
    json["peak_fraction"] = scale.flops / seconds / scale.peak_flops;
  }
  nlohmann::json outcomes = nlohmann::json::object();
  for (int i = 0; i < kNumOutcomes; ++i) {
    outcomes[OutcomeName(static_cast<Outcome>(i))] = progress.outcomes[i];
  }
  json["outcomes"] = std::move(outcomes);
  return json;
}

}  // namespace weft
