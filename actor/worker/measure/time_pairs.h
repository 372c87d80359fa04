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
  int64_t page_faults = 0;      // Of the first kernel, while the clock ran.
  bool disturbed = false;       // No pair was clean.
};

// Whether pairs that were not chosen say that the first kernel is the faster one. It is
// when it won three of four and its smallest sample is 2 % below the other's; of
// kernels that are equal 4 % of sixteen pairs pass the first condition by luck, and the
// second is there because luck comes in phases. Of pairs that were disturbed, all
// of them or all but fewer than six, it must have won seven of eight (0.2 % of equal
// ones do): what disturbs hits either half. Fewer than six pairs in all must all be
// won, and by a quarter.
bool IsFaster(const Confirmation& confirmation, bool disturbed);

// Times two kernels of the same arguments in turn, sixteen pairs of slices, each kernel
// for `budget_seconds` in all; who is first changes with every pair, so that a drift
// favours nobody. A pair with a preempted or disturbed half is taken anew while twice
// the time has not passed. Of kernels that are long for the budget at least six pairs
// are taken if they fit into a second. Both must have run on the buffers before.
PairTiming TimePairs(const Kernel& first, const Kernel& second, void* const* buffers,
                     double budget_seconds, InterferenceMonitor* monitor);

}  // namespace weft

#endif  // WEFT_ACTOR_WORKER_MEASURE_TIME_PAIRS_H_
