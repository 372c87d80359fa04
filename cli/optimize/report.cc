#include "cli/optimize/report.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace weft {
namespace {

using nlohmann::json;

// GFLOP/s for what computes, GB/s for what moves data: whichever bounds it.
std::string Rate(double flops, double bytes, double seconds, double roofline_seconds,
                 double peak_flops) {
  if (seconds <= 0) return "-";
  const bool computes = flops / peak_flops >= 0.5 * roofline_seconds;
  return absl::StrFormat("%.1f %s", (computes ? flops : bytes) / seconds * 1e-9,
                         computes ? "GFLOP/s" : "GB/s");
}

double Ratio(double numerator, double denominator) {
  return denominator > 0 ? numerator / denominator : 0;
}

// What is to be said about a task beside its times.
std::string Note(const TaskResult& result) {
  if (!result.problem.empty()) return std::string(FirstLine(result.problem));
  const std::string failed =
      result.failures.empty()
          ? ""
          : absl::StrCat("failed: ", result.failures, "; ", result.first_failure);
  if (!result.schedule_module.empty()) return failed;
  return absl::StrCat("stays as it came: no schedule was faster",
                      failed.empty() ? "" : "; ", failed);
}

// How far the times of the whole can be trusted.
std::string Trust(const Measurement& measurement) {
  if (!measurement.confirmation) {
    return absl::StrCat("(not timed side by side: ", measurement.message, ")");
  }
  return measurement.disturbed ? "(side by side, but every sample was disturbed)"
                               : "(timed side by side)";
}

double RooflineShare(const TaskRow& task) {
  return Ratio(task.roofline_seconds, task.result.best_seconds);
}

json MeasurementJson(const ProgramResult& result) {
  const Measurement& measurement = result.measurement;
  return {{"outcome", OutcomeName(measurement.outcome)},
          {"message", measurement.message},
          {"microseconds", measurement.seconds * 1e6},
          {"compile_ms", measurement.compile_seconds * 1e3},
          {"max_relative_error", measurement.max_relative_error},
          {"faults", result.faults}};
}

}  // namespace

std::string ReportTable(const OptimizeReport& report) {
  size_t width = 4;
  for (const TaskRow& task : report.tasks) width = std::max(width, task.name.size());
  std::string table =
      absl::StrFormat("%-*s %5s %12s %12s %9s %16s %9s %9s  %s\n",
                      static_cast<int>(width), "task", "calls", "-O3 (us)", "best (us)",
                      "speed-up", "rate", "roofline", "measured", "note");
  for (const TaskRow& task : report.tasks) {
    const double best = task.result.best_seconds;
    absl::StrAppendFormat(
        &table, "%-*s %5d %12.1f %12.1f %8.2fx %16s %7.1f %% %9d  %s\n",
        static_cast<int>(width), task.name, task.calls,
        task.result.unscheduled_seconds * 1e6, best * 1e6,
        Ratio(task.result.unscheduled_seconds, best),
        Rate(task.flops, task.bytes, best, task.roofline_seconds, report.peak_flops),
        100 * RooflineShare(task), task.result.measurements + task.result.reused,
        Note(task.result));
  }
  if (std::any_of(report.tasks.begin(), report.tasks.end(),
                  [](const TaskRow& task) { return RooflineShare(task) > 1; })) {
    table +=
        "(above 100 % of the roofline: the data stay in a cache, which is faster "
        "than the memory that the roofline counts)\n";
  }
  const Measurement& before = report.unscheduled.measurement;
  const Measurement& after = report.scheduled.measurement;
  if (after.outcome != Outcome::kOk) {
    absl::StrAppendFormat(&table, "\nthe assembled program: %s: %s\n",
                          OutcomeName(after.outcome), after.message);
    for (const std::string& fault : report.scheduled.faults) {
      absl::StrAppendFormat(&table, "  %s\n", fault);
    }
    return table;
  }
  absl::StrAppendFormat(
      &table,
      "\nwhole program: -O3 %.1f us, scheduled %.1f us: %.2fx %s; %s, %.1f %% of "
      "the roofline\nlargest relative error %.2g | compiled in %.0f ms (unscheduled "
      "%.0f "
      "ms) | %s, %d thread(s)\n",
      before.seconds * 1e6, after.seconds * 1e6, Ratio(before.seconds, after.seconds),
      Trust(after),
      Rate(report.flops, report.bytes, after.seconds, report.roofline_seconds,
           report.peak_flops),
      100 * Ratio(report.roofline_seconds, after.seconds), after.max_relative_error,
      after.compile_seconds * 1e3, before.compile_seconds * 1e3, report.cpu,
      report.threads);
  return table;
}

json ReportJson(const OptimizeReport& report) {
  const Measurement& after = report.scheduled.measurement;
  json tasks = json::array();
  for (const TaskRow& task : report.tasks) {
    const TaskResult& result = task.result;
    tasks.push_back({{"task", task.name},
                     {"anchor", task.anchor},
                     {"calls", task.calls},
                     {"unscheduled_us", result.unscheduled_seconds * 1e6},
                     {"best_us", result.best_seconds * 1e6},
                     {"gflops", Ratio(task.flops, result.best_seconds) * 1e-9},
                     {"gbps", Ratio(task.bytes, result.best_seconds) * 1e-9},
                     {"roofline_fraction", RooflineShare(task)},
                     {"schedule", ToString(result.schedule)},
                     {"measurements", result.measurements},
                     {"reused", result.reused},
                     {"failures", result.failures},
                     {"first_failure", result.first_failure},
                     {"problem", result.problem}});
  }
  return {
      {"program", report.program},
      {"cpu", report.cpu},
      {"threads", report.threads},
      {"peak_gflops", report.peak_flops * 1e-9},
      {"flops", report.flops},
      {"tasks", tasks},
      {"unscheduled", MeasurementJson(report.unscheduled)},
      {"scheduled", MeasurementJson(report.scheduled)},
      {"confirmed", after.outcome == Outcome::kOk && after.confirmation.has_value()},
      {"disturbed", after.disturbed},
      {"export_problem", report.export_status.message()},
      {"speedup", Ratio(report.unscheduled.measurement.seconds, after.seconds)}};
}

}  // namespace weft
