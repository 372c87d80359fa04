// `weft-worker measure`: one program and one schedule, measured for a person.
#ifndef WEFT_ACTOR_WORKER_SERVER_MEASURE_COMMAND_H_
#define WEFT_ACTOR_WORKER_SERVER_MEASURE_COMMAND_H_

#include <string>

#include "absl/status/status.h"
#include "actor/worker/measure/measure.h"

namespace weft {

struct MeasureCommand {
  std::string program_path;
  std::string schedule_path;  // A transform module; empty: the program as it is.
  // The best schedule so far, to time the other one against in pairs; empty: none.
  std::string previous_path;
  // Time it against the program as it is instead.
  bool against_unscheduled = false;
  std::string json_path;  // Where the result goes as JSON, besides; empty: nowhere.
  bool print_assembly = false;
  MeasureSettings settings;
};

// Measures as a worker does and prints one fact a line to stdout. The schedule is
// applied in this process: it is the person's own. FAILED_PRECONDITION when the outcome
// is not OK, after printing it; else the error of what went wrong.
//
// The JSON has `outcome`, `message`, `seconds` and `disturbed`; and `confirmation` with
// `seconds`, `previous_seconds`, `ratio`, `pairs`, `pairs_won` and `faster` where the
// schedule was timed against another (see common/schedule/trajectory.h).
absl::Status RunMeasureCommand(const MeasureCommand& command);

}  // namespace weft

#endif  // WEFT_ACTOR_WORKER_SERVER_MEASURE_COMMAND_H_
