#include "benchmarks/schedules/comparison.h"

#include <cmath>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace weft {
namespace {

struct Mean {
  double sum_of_logs = 0;
  int count = 0;

  void Add(double ratio) {
    sum_of_logs += std::log(ratio);
    ++count;
  }
  double value() const { return count == 0 ? 0 : std::exp(sum_of_logs / count); }
};

}  // namespace

nlohmann::json ToJson(const ComparisonRow& row) {
  return {{"program", row.program},
          {"threads", row.threads},
          {"unscheduled_us", row.unscheduled_us},
          {"best_us", row.best_us},
          {"libtorch_us", row.libtorch_us},
          {"libtorch_variant", row.libtorch_variant},
          {"ratio", row.ratio()},
          {"gflops", row.gflops},
          {"gbps", row.gbps},
          {"peak_fraction", row.peak_fraction},
          {"schedule", row.schedule},
          {"measurements", row.measurements},
          {"problem", row.problem}};
}

bool IsContractionOrConvolution(const std::string& program) {
  for (const char* prefix : {"mm", "bmm", "mbr", "conv", "dw"}) {
    if (absl::StartsWith(program, prefix)) return true;
  }
  return false;
}

std::string ComparisonTable(const std::vector<ComparisonRow>& rows) {
  std::string table = absl::StrFormat("%-16s %12s %10s %10s %6s %9s %8s %6s  %s\n",
                                      "program", "unscheduled", "best us", "LibTorch",
                                      "ratio", "GFLOP/s", "GB/s", "peak", "schedule");
  Mean all, contractions;
  const ComparisonRow* smallest = nullptr;
  for (const ComparisonRow& row : rows) {
    absl::StrAppendFormat(&table,
                          "%-16s %12.1f %10.1f %10.1f %6.2f %9.1f %8.1f %5.1f%%  %s\n",
                          row.program, row.unscheduled_us, row.best_us, row.libtorch_us,
                          row.ratio(), row.gflops, row.gbps, 100 * row.peak_fraction,
                          row.problem.empty() ? row.schedule : row.problem);
    if (row.ratio() <= 0) continue;
    if (smallest == nullptr || row.ratio() < smallest->ratio()) smallest = &row;
    if (row.network) continue;
    all.Add(row.ratio());
    if (IsContractionOrConvolution(row.program)) contractions.Add(row.ratio());
  }
  absl::StrAppendFormat(
      &table,
      "\nLibTorch time / ours, geometric mean: %.3f over %d single programs; "
      "%.3f over %d contractions and convolutions\n",
      all.value(), all.count, contractions.value(), contractions.count);
  if (smallest != nullptr) {
    absl::StrAppendFormat(&table, "smallest: %.3f (%s)\n", smallest->ratio(),
                          smallest->program);
  }
  return table;
}

}  // namespace weft
