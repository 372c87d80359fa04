// How long one call of a kernel takes.
#ifndef WEFT_ACTOR_WORKER_MEASURE_TIME_KERNEL_H_
#define WEFT_ACTOR_WORKER_MEASURE_TIME_KERNEL_H_

#include <cstdint>
#include <vector>

#include "actor/worker/lowering/callable.h"

namespace weft {

struct Timing {
  double seconds = 0;           // The smallest sample; the most repeatable statistic.
  std::vector<double> samples;  // Seconds per call, in the order taken; 1 to 64.
  int64_t calls = 0;
  int64_t preempted_batches = 0;  // Not counted, for another thread ran meanwhile.
  int64_t page_faults = 0;        // Minor faults while the clock ran; 0 is expected.
  bool disturbed = false;  // Every batch was preempted; `seconds` is an upper bound.
};

// Repeats the kernel for `budget_seconds` (twice that when it is often preempted).
// Calls are timed in batches of at least 50 us, so that reading the clock costs
// nothing; a batch during which the thread was preempted is thrown away. The budget has
// 64 slices and a sample is the best batch of its slice. A kernel that takes longer
// than the budget is timed once.
//
// The kernel must have run on these buffers before, as the check of its output does.
// Pin the thread and hold the timing lease around it.
Timing TimeKernel(const Kernel& kernel, void* const* buffers, double budget_seconds);

}  // namespace weft

#endif  // WEFT_ACTOR_WORKER_MEASURE_TIME_KERNEL_H_
