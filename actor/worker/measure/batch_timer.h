// The smallest unit of timing: a batch of calls between two readings of the clock.
#ifndef WEFT_ACTOR_WORKER_MEASURE_BATCH_TIMER_H_
#define WEFT_ACTOR_WORKER_MEASURE_BATCH_TIMER_H_

#include <cstdint>

#include "actor/worker/lowering/callable.h"

namespace weft {

struct Batch {
  double seconds_per_call;
  // A thread of this process was taken off its CPU meanwhile; of a batch of a
  // millisecond or more, for longer than 0.5 % of it.
  bool preempted;
};

// Times one kernel on one set of buffers. Not thread-safe. Both must outlive it.
class BatchTimer {
 public:
  BatchTimer(const Kernel& kernel, void* const* buffers)
      : kernel_(kernel), buffers_(buffers) {}

  Batch Run(int64_t calls);

  // Runs the kernel once, and once more as a batch. Afterwards Run() makes batches of
  // at least 50 us, so that reading the clock costs nothing. Returns the first batch,
  // which is the whole of it when the kernel takes at least `enough_seconds`.
  Batch WarmUp(double enough_seconds);
  Batch Run() { return Run(calls_per_batch_); }
  // Of the last batch.
  double batch_seconds() const { return batch_seconds_; }

  int64_t calls() const { return calls_; }
  // Minor faults while the clock ran, since WarmUp; 0 is expected.
  int64_t page_faults() const { return page_faults_; }

 private:
  const Kernel& kernel_;
  void* const* const buffers_;
  int64_t calls_per_batch_ = 1;
  double batch_seconds_ = 0;
  int64_t calls_ = 0;
  int64_t page_faults_ = 0;
};

// The fastest clean and the fastest preempted batch of one stretch of time; infinite
// where there was none.
struct BestBatch {
  double clean;
  double preempted;
};

// Runs batches for `seconds`, at least one.
BestBatch RunFor(double seconds, BatchTimer* timer);

}  // namespace weft

#endif  // WEFT_ACTOR_WORKER_MEASURE_BATCH_TIMER_H_
