// Batches between looks at the core's speed.
#ifndef WEFT_ACTOR_WORKER_MEASURE_SLICE_TIMER_H_
#define WEFT_ACTOR_WORKER_MEASURE_SLICE_TIMER_H_

#include "actor/worker/measure/batch_timer.h"
#include "actor/worker/measure/interference_monitor.h"

namespace weft {

struct Slice {
  double seconds;       // Per call.
  InterferenceSet why;  // Empty when nothing disturbed it.
};

// A clean one is better than any that is disturbed; else the faster one is.
bool Better(const Slice& a, const Slice& b);

// Where somebody else has the other thread of the core, he comes and goes within a
// millisecond, so a look at the core follows at most 0.2 ms, or one batch, of calls.
// Not thread-safe. All must outlive it; `looks` are the kernel's, from one SliceTimer
// to the next, and the kernel must just have run.
class SliceTimer {
 public:
  SliceTimer(BatchTimer* timer, InterferenceMonitor* monitor, CoreLooks* looks)
      : timer_(timer),
        monitor_(monitor),
        looks_(looks),
        slow_(monitor->CoreIsSlow(looks)) {}

  // Runs batches for `seconds`, at least one. The best batch that was not preempted and
  // had a normal core before and after it; else the best of the disturbed ones.
  Slice Run(double seconds);

 private:
  Slice RunOne();

  BatchTimer* const timer_;
  InterferenceMonitor* const monitor_;
  CoreLooks* const looks_;
  bool slow_;
};

}  // namespace weft

#endif  // WEFT_ACTOR_WORKER_MEASURE_SLICE_TIMER_H_
