// The programs that a run is about, as the learner sees them.
#ifndef WEFT_LEARNER_SERVING_SUITE_PROGRAMS_H_
#define WEFT_LEARNER_SERVING_SUITE_PROGRAMS_H_

#include "common/config/options.h"
#include "learner/checkpoint/run_state.h"

namespace weft {

// Adds every program of the suite that `state` does not know, without a schedule. An
// actor sends no trajectory of a program that cannot be measured, which shall not be
// missing from the results for that, nor from their mean. Says so in the log and adds
// none when the folder is not on this machine; the synthetic environment has no suite.
void AddSuitePrograms(const TrainConfig& config, RunState* state);

}  // namespace weft

#endif  // WEFT_LEARNER_SERVING_SUITE_PROGRAMS_H_
