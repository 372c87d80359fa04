// What a schedule would take on a core with caches and vectors, as a formula.
//
// The model knows the throughput of a register tile (multiply-adds, loads, latency,
// spills), the traffic between the caches from the working sets of tiles and the order
// of loops, the copies of packing, the operations around the anchor, and threads. It is
// deterministic and takes microseconds. It is there to order schedules the way real
// measurements do, not to predict times; `./dev bench cost-model` says how well it
// does.
#ifndef WEFT_ACTOR_ENVIRONMENT_COST_MODEL_COST_MODEL_H_
#define WEFT_ACTOR_ENVIRONMENT_COST_MODEL_COST_MODEL_H_

#include "actor/nest/nest.h"
#include "actor/nest/program_info.h"
#include "common/schedule/features.h"

namespace weft {

// Parts of a time, in seconds.
struct ModelTime {
  double core = 0;        // Computing, everything in the first cache.
  double traffic = 0;     // Between the caches.
  double packing = 0;     // Into panels and out of them.
  double neighbours = 0;  // The operations around the anchor.
  double threads = 0;     // Starting them.
  double total = 0;       // Computing and traffic overlap in part.
};

// The time of `program` under the finished schedule that made `nest`. Requires a nest
// whose last action was terminal and rates of the machine above 0. Pure.
ModelTime EstimateTime(const ProgramInfo& program, const Nest& nest,
                       const MachineModel& machine, int threads);

// The same for a whole schedule, each of whose actions must be legal in its turn.
ModelTime EstimateTime(const ProgramInfo& program, const Schedule& schedule,
                       const MachineModel& machine, int threads);

// A common desktop core: AVX2 at 3 GHz, 32 KiB, 512 KiB and 16 MiB of caches.
MachineModel CostModelMachine();

}  // namespace weft

#endif  // WEFT_ACTOR_ENVIRONMENT_COST_MODEL_COST_MODEL_H_
