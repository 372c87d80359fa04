// What a finished run reports: its best schedules, timed once more beside the
// unscheduled programs.
#ifndef WEFT_CLI_TRAIN_FINAL_TIMING_H_
#define WEFT_CLI_TRAIN_FINAL_TIMING_H_

#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "cli/side_by_side.h"
#include "nlohmann/json.hpp"

namespace weft {

struct FinalTimingHooks {
  // The two of one program, as TimeSideBySide does.
  std::function<absl::StatusOr<SideBySide>(const std::string& program)> time;
  // Before each program, and with done == total at the end.
  std::function<void(int done, int total, const std::string& program)> on_program;
  // Asked before each program: true leaves the rest as it is.
  std::function<bool()> out_of_time;
};

// Times the exported schedule of every program of the summary that has one. A row that
// was timed has `confirmed` true and the new `unscheduled_us`, `best_us` and `speedup`,
// `schedule` is the exported one, and what the run itself had found moves to
// `in_training`; `disturbed` says that not one pair was clean. Any other row has
// `confirmed` false and `unconfirmed_because`. `confirmed_programs` counts the rows
// and `geomean_speedup` is that of the rows as they are now.
// The first CANCELLED ends it, as `out_of_time` does.
void AddFinalTimes(const FinalTimingHooks& hooks, nlohmann::json* summary);

}  // namespace weft

#endif  // WEFT_CLI_TRAIN_FINAL_TIMING_H_
