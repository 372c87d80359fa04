// What metrics.jsonl says about how a run learned.
#ifndef WEFT_CLI_REPORT_LEARNING_CURVES_H_
#define WEFT_CLI_REPORT_LEARNING_CURVES_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "nlohmann/json.hpp"

namespace weft {

struct CurvePoint {
  double iteration = 0;
  double value = 0;
};
using Curve = std::vector<CurvePoint>;

struct LearningCurves {
  std::vector<nlohmann::json> iterations;   // Lines of iterations, in order.
  std::vector<nlohmann::json> validations;  // Lines of validation rounds, in order.

  // Of one number of every iteration, such as mean_reward; lines without it are left
  // out.
  Curve Of(const std::string& key) const;
  // The same of every validation round.
  Curve ValidationOf(const std::string& key) const;
  // Episodes of every iteration that failed, of any kind.
  Curve Failures() const;
};

// A part of a run: its first, middle or last tenth, at least one iteration.
struct Window {
  std::string name;
  uint64_t first_iteration = 0;
  uint64_t last_iteration = 0;
  double mean_reward = 0;
  double mean_speedup = 0;  // Geometric.
  double entropy = 0;
  double kl = 0;
  double explained_variance = 0;
  double failures = 0;  // Share of episodes.
};

// Of the environment that the run is in: what it did in another one before is left out.
// NOT_FOUND without the file, DATA_LOSS naming the line that is no JSON object. A last
// line that a crash cut off is left out.
absl::StatusOr<LearningCurves> ReadLearningCurves(const std::string& path);

// None without iterations; they overlap in a run of few.
std::vector<Window> Windows(const LearningCurves& curves);
std::string WindowTable(const std::vector<Window>& windows);

}  // namespace weft

#endif  // WEFT_CLI_REPORT_LEARNING_CURVES_H_
