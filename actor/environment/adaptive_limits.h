// How long a schedule of a task may take before it is given up.
#ifndef WEFT_ACTOR_ENVIRONMENT_ADAPTIVE_LIMITS_H_
#define WEFT_ACTOR_ENVIRONMENT_ADAPTIVE_LIMITS_H_

#include "common/config/options.h"
#include "common/schedule/trajectory.h"
#include "common/store/measurement_record.h"

namespace weft {

// The limits of the config, which hold for a task of which nothing is known.
MeasureLimits ConfiguredLimits(const MeasureOptions& options);

// Limits from what the task's baseline and its best schedule took (null: unknown):
//   compile   30 times the longer compilation, at least 5 s
//   run       20 times the longer of check and timing together, at least 2 s and ten
//             times the timing budget
// and never more than the config allows. A schedule that needs more than that is no
// good, and waiting for it costs more than it teaches; the floors and factors are wide
// because a neighbour can slow down a machine four times. Waiting for the timing lease
// is part of none of these times.
MeasureLimits AdaptLimits(const MeasureOptions& options, const Measurement* baseline,
                          const Measurement* best);

}  // namespace weft

#endif  // WEFT_ACTOR_ENVIRONMENT_ADAPTIVE_LIMITS_H_
