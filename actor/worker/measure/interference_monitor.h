// Whether a stretch of time was quiet enough to be timed in.
#ifndef WEFT_ACTOR_WORKER_MEASURE_INTERFERENCE_MONITOR_H_
#define WEFT_ACTOR_WORKER_MEASURE_INTERFERENCE_MONITOR_H_

#include <array>

#include "actor/worker/measure/cpu_signals.h"
#include "actor/worker/measure/sentinel.h"
#include "common/schedule/trajectory.h"

namespace weft {

using InterferenceSet = std::array<bool, kNumInterferences>;
bool Any(const InterferenceSet& set);

// Samples that were thrown away, and how many of them for which reason.
struct Rejections {
  int samples = 0;
  std::array<int, kNumInterferences> reasons = {};

  void Add(const InterferenceSet& why, int count);
};

// Compares the sentinels at both ends of a stretch with the best times known. It does
// not see preemption, which the timer does for each batch. Thread-compatible.
class InterferenceMonitor {
 public:
  // A sentinel may be this much slower than its best. Beside busy neighbours, nine of
  // ten runs of the compute sentinel are within 5 % of the best of hundreds, and nine
  // of ten reads of a shared cache within 27 %.
  static constexpr double kComputeMargin = 1.08;
  static constexpr double kMemoryMargin = 1.35;
  static constexpr double kFrequencyMargin = 0.95;

  // `best` may be zeros; a machine's first stretch then defines what is normal. `cpu`
  // is the one that is timed on, -1: unknown. Without `watch_memory` the memory
  // sentinel does not run: what a kernel within the core's own caches does, no
  // neighbour in the last cache disturbs.
  InterferenceMonitor(const SentinelTimes& best, int cpu, bool watch_memory = true);

  void Begin();
  // What disturbed the stretch since Begin.
  InterferenceSet End();

  // The best of the times given and those seen.
  const SentinelTimes& best() const { return best_; }
  // Since construction.
  double cpu_pressure() const { return pressure_.Share(); }

 private:
  // Runs the sentinels and adds what they show.
  void Look(InterferenceSet* seen);

  const Sentinel sentinel_;
  const CpuPressure pressure_;
  const int cpu_;
  const bool watch_memory_;
  SentinelTimes best_;
  double best_frequency_ = 0;
  InterferenceSet at_begin_ = {};
};

}  // namespace weft

#endif  // WEFT_ACTOR_WORKER_MEASURE_INTERFERENCE_MONITOR_H_
