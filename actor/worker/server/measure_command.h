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
  bool print_assembly = false;
  MeasureSettings settings;
};

// Measures as a worker does and prints one fact a line to stdout. The schedule is
// applied in this process: it is the person's own. FAILED_PRECONDITION when the outcome
// is not OK, after printing it; else the error of what went wrong.
absl::Status RunMeasureCommand(const MeasureCommand& command);

}  // namespace weft

#endif  // WEFT_ACTOR_WORKER_SERVER_MEASURE_COMMAND_H_
