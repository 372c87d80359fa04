// How long a core computes on a loop nest whose data is in its first-level cache.
#ifndef WEFT_ACTOR_ENVIRONMENT_COST_MODEL_CORE_CYCLES_H_
#define WEFT_ACTOR_ENVIRONMENT_COST_MODEL_CORE_CYCLES_H_

#include "actor/nest/nest.h"
#include "actor/nest/program_info.h"
#include "common/schedule/features.h"

namespace weft {

// The core that the model has in mind: two vector multiply-adds and two loads a cycle
// of four cycles' latency, one store.
inline constexpr double kFmaPorts = 2;
inline constexpr double kLoadPorts = 2;
inline constexpr double kFmaLatency = 4;

// Elements in a SIMD register.
double LanesOf(const StructuredOp& op, const MachineModel& machine);

// Cycles of the whole nest, after a terminal action. For vectorized nests: the larger
// of what the multiply-adds, the loads (vectors, broadcasts, elements gathered one by
// one), the stores and the latency of the sums need, plus the registers that spill, the
// accumulators that go to memory where no reduction is innermost, and the loops. After
// stop: what LLVM makes of the innermost loop.
double CoreCycles(const Nest& nest, const MachineModel& machine);

}  // namespace weft

#endif  // WEFT_ACTOR_ENVIRONMENT_COST_MODEL_CORE_CYCLES_H_
