// The child's part of a measurement: everything that the schedule can spoil.
#ifndef WEFT_ACTOR_WORKER_MEASURE_MEASURE_IN_CHILD_H_
#define WEFT_ACTOR_WORKER_MEASURE_MEASURE_IN_CHILD_H_

#include "absl/status/statusor.h"
#include "actor/worker/measure/measure.h"

namespace weft {

// Compiles, checks and times in this process, telling `channel` which of them it does.
// Loads libomp for several threads. See Measure for the errors.
absl::StatusOr<Measurement> MeasureInChild(const Reference& reference,
                                           const Candidate& candidate, const Work& work,
                                           const MachineModel& machine,
                                           const MeasureSettings& settings,
                                           ChildChannel& channel);

}  // namespace weft

#endif  // WEFT_ACTOR_WORKER_MEASURE_MEASURE_IN_CHILD_H_
