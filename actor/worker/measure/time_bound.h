// The least time that a program can take on this machine.
#ifndef WEFT_ACTOR_WORKER_MEASURE_TIME_BOUND_H_
#define WEFT_ACTOR_WORKER_MEASURE_TIME_BOUND_H_

#include <string>

#include "common/schedule/features.h"

namespace weft {

// A measured time below this is refused: max(flops / peak, bytes / first-level
// bandwidth), with both rates raised by 15 %, because the machine may run faster than
// when it was probed. 0 for a machine that was not probed (rates of 0). Where the bound
// is too strict, and why that errs on the safe side: docs/measurement.md.
double FastestPossibleSeconds(double flops, double bytes, const MachineModel& machine);

// Why `seconds` is refused, or an empty string when it is possible.
std::string ExplainImpossible(double seconds, double flops, double bytes,
                              const MachineModel& machine);

}  // namespace weft

#endif  // WEFT_ACTOR_WORKER_MEASURE_TIME_BOUND_H_
