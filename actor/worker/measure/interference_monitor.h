// Whether a stretch of time was quiet enough to be timed in.
#ifndef WEFT_ACTOR_WORKER_MEASURE_INTERFERENCE_MONITOR_H_
#define WEFT_ACTOR_WORKER_MEASURE_INTERFERENCE_MONITOR_H_

#include <array>
#include <optional>
#include <vector>

#include "actor/worker/measure/cpu_signals.h"
#include "actor/worker/measure/sentinel.h"
#include "common/schedule/trajectory.h"
#include "common/time/stopwatch.h"

namespace weft {

using InterferenceSet = std::array<bool, kNumInterferences>;
bool Any(const InterferenceSet& set);
InterferenceSet Either(const InterferenceSet& a, const InterferenceSet& b);

// Samples that were thrown away, and how many of them for which reason.
struct Rejections {
  int samples = 0;
  std::array<int, kNumInterferences> reasons = {};

  void Add(const InterferenceSet& why, int count);
};

// What a tenth of `looks`, at least one, beat: how long a sentinel takes when nothing
// disturbs it. A core that is faster for a moment, by luck of its turbo, sets no
// standard.
double Undisturbed(std::vector<double> looks);

// The latest looks at a core while one kernel was timed, in seconds.
struct CoreLooks {
  std::vector<double> compute;
  std::vector<double> issue;
};

// Compares sentinels with what is normal. It does not see preemption, which the timer
// does for each batch. Thread-compatible.
class InterferenceMonitor {
 public:
  // A look at the core may be this much slower than the undisturbed ones of the same
  // kernel, which has a clock of its own where it uses wide vectors; and those this
  // much slower than the machine's fastest. Clocks differ by up to 1.3, and a busy
  // sibling thread makes both sentinels 1.5 times as slow (measured on Ice Lake).
  static constexpr double kCoreMargin = 1.08;
  static constexpr double kClockRange = 1.4;
  // Nine of ten reads of a shared cache are within 27 % of the best of hundreds.
  static constexpr double kMemoryMargin = 1.35;
  static constexpr double kFrequencyMargin = 0.95;

  // `normal` may be zeros: nothing is known. `cpu` is the one that is timed on, -1:
  // unknown. Without `watch_memory` the memory sentinel does not run: what a kernel
  // within the core's own caches does, no neighbour in the last cache disturbs.
  InterferenceMonitor(const SentinelTimes& normal, int cpu, bool watch_memory = true);

  // Whether the core is slow right now, for the kernel of these looks, which has just
  // run. Takes 10 us, the first time of a kernel 0.2 ms, and leaves the caches alone.
  bool CoreIsSlow(CoreLooks* looks);

  // A stretch that is watched from its ends: memory and frequency. Unless the last one
  // ended just now, Begin first keeps the core busy for 0.5 ms: one that has slept is
  // slow for half of that (measured on Ice Lake).
  void Begin();
  // What disturbed the stretch since Begin.
  InterferenceSet End();

  // What is normal for the next monitor: the times given, or those that were
  // undisturbed, whichever are less.
  SentinelTimes normal() const;
  // Since construction.
  double cpu_pressure() const { return pressure_.Share(); }

 private:
  void WakeUp() const;
  void Look(InterferenceSet* seen);

  const Sentinel sentinel_;
  const CpuPressure pressure_;
  const int cpu_;
  const bool watch_memory_;
  const SentinelTimes given_;
  SentinelTimes undisturbed_;  // The least that was seen; 0: not yet.
  std::vector<double> memory_looks_;
  std::optional<Stopwatch> since_end_;
  double best_frequency_ = 0;
  InterferenceSet at_begin_ = {};
};

}  // namespace weft

#endif  // WEFT_ACTOR_WORKER_MEASURE_INTERFERENCE_MONITOR_H_
