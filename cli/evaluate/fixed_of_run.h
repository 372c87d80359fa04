// The fixed schedules that a run with its programs has, found by measurements.
#ifndef WEFT_CLI_EVALUATE_FIXED_OF_RUN_H_
#define WEFT_CLI_EVALUATE_FIXED_OF_RUN_H_

#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "actor/search/search_target.h"
#include "cli/evaluate/evaluation.h"
#include "cli/evaluate/fixed_schedules.h"

namespace weft {

struct FixedOfRunHooks {
  std::function<bool()> stop;                            // Between two measurements.
  std::function<void(const std::string& line)> message;  // A line about each kind.
};

// Of the finished run in the folder `run`, whose suite must be where it was. What is
// measured is kept in the store of `target`, so that it is measured once. CANCELLED
// when `stop` says so; else an error names what is missing or wrong in the folder, or
// what keeps a worker from starting.
absl::StatusOr<FixedSchedules> FindFixedOfRun(const std::string& run,
                                              const SearchTargetOptions& target,
                                              const EvaluationOptions& options,
                                              const FixedOfRunHooks& hooks);

}  // namespace weft

#endif  // WEFT_CLI_EVALUATE_FIXED_OF_RUN_H_
