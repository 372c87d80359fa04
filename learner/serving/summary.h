// summary.json: the result of a run.
#ifndef WEFT_LEARNER_SERVING_SUMMARY_H_
#define WEFT_LEARNER_SERVING_SUMMARY_H_

#include <string>

#include "learner/checkpoint/run_state.h"

namespace weft {

// A JSON object, indented. `measurements` are the episodes that were compiled, checked
// and timed, `known` those whose schedule the store knew the time of. Speed-ups are
// over the unscheduled program; a program without a schedule that was OK (best_us 0,
// speedup 1) counts as 1 in the geometric mean, and is listed like the others and under
// `programs_without_schedule`. `exported_schedule` is the one in best/PROGRAM.mlir,
// empty where there is no such file; it can be an older one than `schedule`, whose
// module did not come.
std::string SummaryJson(const RunState& state);

// The comment line that a file of best/ begins with.
std::string BestScheduleComment(const std::string& program,
                                const MeasuredSchedule& schedule);

}  // namespace weft

#endif  // WEFT_LEARNER_SERVING_SUMMARY_H_
