// Which of two kernels is the faster one, on a machine that is not quiet.
#ifndef WEFT_ACTOR_WORKER_MEASURE_TIME_PAIRS_H_
#define WEFT_ACTOR_WORKER_MEASURE_TIME_PAIRS_H_

#include <vector>

#include "actor/worker/lowering/callable.h"
#include "actor/worker/measure/interference_monitor.h"
#include "common/schedule/trajectory.h"

namespace weft {

struct PairTiming {
  Confirmation confirmation;
  std::vector<double> samples;  // Of the first kernel, one per pair.
  Rejections rejections;        // A pair is one sample here.
  bool disturbed = false;       // No pair was clean; those that there are count.
};

// Times two kernels of the same arguments in turn, sixteen pairs of slices, each kernel
// for `budget_seconds` in all; who is first changes with every pair, so that a drift
// favours nobody. A pair with a preempted or disturbed half is taken anew while twice
// the time has not passed. Both must have run on the buffers before.
//
// The first is the faster one when it won three of four pairs and its smallest sample
// is 2 % below the other's. Of kernels that are equal, 4 % pass the first condition by
// luck; the second is there because luck comes in phases.
PairTiming TimePairs(const Kernel& first, const Kernel& second, void* const* buffers,
                     double budget_seconds, InterferenceMonitor* monitor);

}  // namespace weft

#endif  // WEFT_ACTOR_WORKER_MEASURE_TIME_PAIRS_H_
