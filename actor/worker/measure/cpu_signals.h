// What the system says about the CPU that is timed on.
#ifndef WEFT_ACTOR_WORKER_MEASURE_CPU_SIGNALS_H_
#define WEFT_ACTOR_WORKER_MEASURE_CPU_SIGNALS_H_

#include <optional>
#include <string>

#include "common/time/stopwatch.h"

namespace weft {

// The share of the time since construction during which some task of the machine waited
// for a CPU (pressure stall information, `some`). Thread-compatible.
class CpuPressure {
 public:
  CpuPressure();
  // 0 to 1; 0 where the kernel does not tell.
  double Share() const;

 private:
  Stopwatch since_;
  double stalled_at_start_;
};

// How long the threads of this process have waited for a CPU while they could run, in
// seconds, all of them together; empty where the kernel does not tell. Takes 10 us.
std::optional<double> SecondsWaitedForCpu();

// The clock of `cpu` in Hz, as the kernel believes it to be; 0 where it does not tell,
// as in most virtual machines.
double CpuFrequency(int cpu);

}  // namespace weft

#endif  // WEFT_ACTOR_WORKER_MEASURE_CPU_SIGNALS_H_
