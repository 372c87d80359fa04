#include "cli/train/run_summary.h"

#include <algorithm>
#include <fstream>
#include <iterator>

#include "absl/strings/str_cat.h"

namespace weft {
namespace {

using nlohmann::json;

constexpr const char* kNumbers[] = {"episodes",
                                    "measurements",
                                    "wrong",
                                    "crashed",
                                    "timed_out",
                                    "geomean_speedup",
                                    "wall_seconds",
                                    "env_steps_per_second",
                                    "measured_schedules_per_second",
                                    "mean_reward_first_quarter",
                                    "mean_reward_last_quarter"};

}  // namespace

absl::StatusOr<json> ReadSummary(const std::string& path) {
  std::ifstream file(path);
  if (!file) return absl::NotFoundError(absl::StrCat(path, ": cannot be opened"));
  json summary = json::parse(file, nullptr, /*allow_exceptions=*/false);
  const bool whole =
      summary.is_object() && summary.contains("programs") &&
      std::all_of(std::begin(kNumbers), std::end(kNumbers), [&](const char* key) {
        return summary.contains(key) && summary[key].is_number();
      });
  if (!whole)
    return absl::DataLossError(absl::StrCat(path, ": is not a whole summary"));
  return summary;
}

}  // namespace weft
