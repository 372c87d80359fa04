// Several runs side by side: what each learned, and what its encoder is worth.
#ifndef WEFT_CLI_REPORT_RUN_COMPARISON_H_
#define WEFT_CLI_REPORT_RUN_COMPARISON_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "nlohmann/json.hpp"

namespace weft {

// One round of validation.
struct ValidationPoint {
  int iteration = 0;
  double mean_reward = 0;
  double geomean_speedup = 0;
  int failures = 0;
};

struct ComparedRun {
  std::string path;
  std::string policy;  // Such as "lstm 128x2"; runs of the same one form a group.
  uint64_t seed = 0;
  std::string environment;
  // What the run learned from and was judged on: runs that differ in it say nothing
  // about the same thing.
  std::string budget;
  // Of the environment that the run ended in.
  int iterations = 0;
  double episodes = 0;
  double measurements = 0;    // Schedules that were really timed.
  double update_seconds = 0;  // Mean of an update.
  double minutes = 0;
  std::optional<ValidationPoint> first, best, last;  // None without validation.
};

// From config.yaml, summary.json and metrics.jsonl of a finished run. NOT_FOUND and
// DATA_LOSS name the file.
absl::StatusOr<ComparedRun> ReadComparedRun(const std::string& path);

// A row per run, then, for every policy with several runs, the mean and the sample
// standard deviation of its validation rewards.
std::string ComparisonOfRuns(const std::vector<ComparedRun>& runs);

nlohmann::json ToJson(const ComparedRun& run);

}  // namespace weft

#endif  // WEFT_CLI_REPORT_RUN_COMPARISON_H_
