// Keeping the calling thread on one CPU while it is timed.
#ifndef WEFT_ACTOR_WORKER_MEASURE_CPU_PIN_H_
#define WEFT_ACTOR_WORKER_MEASURE_CPU_PIN_H_

#include <sched.h>

namespace weft {

// Pins on construction, restores the former set on destruction. Both on one thread.
class CpuPin {
 public:
  // -1: no pinning. A CPU that this process may not run on is no pinning either, which
  // pinned() tells: a timing on the wrong CPU is better than none.
  explicit CpuPin(int cpu);
  ~CpuPin();
  CpuPin(const CpuPin&) = delete;
  CpuPin& operator=(const CpuPin&) = delete;

  bool pinned() const { return pinned_; }

 private:
  cpu_set_t former_;
  bool pinned_ = false;
};

}  // namespace weft

#endif  // WEFT_ACTOR_WORKER_MEASURE_CPU_PIN_H_
