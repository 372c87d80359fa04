// One stage of a run: a learner and its actors in one environment, from their start to
// the last iteration.
#ifndef WEFT_CLI_TRAIN_TRAIN_STAGE_H_
#define WEFT_CLI_TRAIN_TRAIN_STAGE_H_

#include <string>

#include "absl/status/status.h"
#include "cli/train/progress.h"
#include "cli/train/run_directory.h"
#include "common/config/options.h"

namespace weft {

// From now on SIGINT and SIGTERM are counted. Call once.
void CatchInterrupts();
int Interrupts();

struct TrainStage {
  TrainConfig config;
  std::string config_file;  // What the learner and the actors read; holds `config`.
  bool resume = false;      // Go on from the newest checkpoint.
};

// Shows progress until the learner has finished, and ends every process that it
// started. CANCELLED when the user interrupts, with a message that says how to go on;
// other errors name the process that failed and how its log ends.
absl::Status RunStage(const RunDirectory& run, const TrainStage& stage,
                      ProgressDisplay& display);

}  // namespace weft

#endif  // WEFT_CLI_TRAIN_TRAIN_STAGE_H_
