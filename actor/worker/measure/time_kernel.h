// How long one call of a kernel takes.
#ifndef WEFT_ACTOR_WORKER_MEASURE_TIME_KERNEL_H_
#define WEFT_ACTOR_WORKER_MEASURE_TIME_KERNEL_H_

#include <cstdint>
#include <vector>

#include "actor/worker/lowering/callable.h"
#include "actor/worker/measure/interference_monitor.h"

namespace weft {

struct Timing {
  double seconds = 0;           // The smallest sample; the most repeatable statistic.
  std::vector<double> samples;  // Seconds per call, in the order taken; 1 to 64.
  Rejections rejections;
  int64_t calls = 0;
  int64_t page_faults = 0;  // Minor faults while the clock ran; 0 is expected.
  bool disturbed = false;   // No sample was clean; `seconds` is an upper bound.
};

// Repeats the kernel for `budget_seconds`, in five bursts with gaps between them, for a
// neighbour's disturbance often ends sooner than a budget does. A burst has twelve
// slices, each of which gives a sample (SliceTimer); a disturbed one is rejected, and
// so is a whole burst when the monitor saw interference at one of its ends. While some
// were rejected and fewer than twelve are clean, bursts go on for up to three times the
// budget. A kernel that takes longer than the budget is timed by single calls, up to
// three while none was clean and they take less than a second together.
//
// The kernel must have run on these buffers before, as the check of its output does.
// Pin the thread and hold the timing lease around it.
Timing TimeKernel(const Kernel& kernel, void* const* buffers, double budget_seconds,
                  InterferenceMonitor* monitor);

}  // namespace weft

#endif  // WEFT_ACTOR_WORKER_MEASURE_TIME_KERNEL_H_
