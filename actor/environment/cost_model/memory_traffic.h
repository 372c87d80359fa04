// How many bytes pass into each cache while a loop nest runs.
#ifndef WEFT_ACTOR_ENVIRONMENT_COST_MODEL_MEMORY_TRAFFIC_H_
#define WEFT_ACTOR_ENVIRONMENT_COST_MODEL_MEMORY_TRAFFIC_H_

#include <array>

#include "actor/nest/nest.h"
#include "common/schedule/features.h"
#include "common/schedule/nest_analysis.h"

namespace weft {

// Entry l: bytes that pass into L1, L2, L3.
using CacheTraffic = std::array<double, kNumCacheLevels>;

// A cache keeps the working set of the largest part of the nest, from the inside, that
// it can hold; outside of that part an operand is read again by every loop, but for the
// loops right around it that the operand does not move with (the model of AnalyzeNest).
// What is read is whole lines, so short rows cost more than their bytes. A kernel is
// timed again and again: what a cache can hold whole stays in it and costs nothing.
CacheTraffic TrafficOf(const Nest& nest, const MachineModel& machine);

}  // namespace weft

#endif  // WEFT_ACTOR_ENVIRONMENT_COST_MODEL_MEMORY_TRAFFIC_H_
