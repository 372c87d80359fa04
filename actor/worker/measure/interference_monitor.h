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

// How long a sentinel takes when nothing disturbs it: `given` (0: not known), or what a
// tenth of `looks` beat, whichever is less. A core that is faster for a moment, by luck
// of its turbo, sets no standard; nor do fewer than twenty looks where something is
// known.
double NormalTime(double given, std::vector<double> looks);

// Compares sentinels with what is normal. It does not see preemption, which the timer
// does for each batch. Thread-compatible.
class InterferenceMonitor {
 public:
  // A sentinel may be this much slower than normal. On a core whose other thread is
  // somebody else's, undisturbed runs of the compute and the issue sentinel lie within
  // 4 %, and the other thread slows one of the two by more than 15 %; nine of ten reads
  // of a shared cache are within 27 % of the best of hundreds.
  static constexpr double kCoreMargin = 1.08;
  static constexpr double kMemoryMargin = 1.35;
  static constexpr double kFrequencyMargin = 0.95;

  // `normal` may be zeros; the best of twenty looks then tells what is. `cpu` is
  // the one that is timed on, -1: unknown. Without `watch_memory` the memory sentinel
  // does not run: what a kernel within the core's own caches does, no neighbour in the
  // last cache disturbs.
  InterferenceMonitor(const SentinelTimes& normal, int cpu, bool watch_memory = true);

  // Whether the core is slow right now, by the compute and the issue sentinel. Takes
  // 10 us and leaves the caches alone.
  bool CoreIsSlow();

  // A stretch that is watched from its ends: memory and frequency. Unless the last one
  // ended just now, Begin first keeps the core busy for 0.5 ms: one that has slept runs
  // wide vectors at a third of its speed for up to 0.25 ms (measured on Ice Lake).
  void Begin();
  // What disturbed the stretch since Begin.
  InterferenceSet End();

  // What is normal for the next monitor, by NormalTime.
  SentinelTimes normal() const;
  // Since construction.
  double cpu_pressure() const { return pressure_.Share(); }

 private:
  void WakeUp() const;
  void LearnCore();
  void Look(InterferenceSet* seen);

  const Sentinel sentinel_;
  const CpuPressure pressure_;
  const int cpu_;
  const bool watch_memory_;
  const SentinelTimes given_;
  SentinelTimes normal_;  // What looks are held to.
  std::vector<double> compute_looks_;
  std::vector<double> issue_looks_;
  std::vector<double> memory_looks_;
  std::optional<Stopwatch> since_end_;
  double best_frequency_ = 0;
  InterferenceSet at_begin_ = {};
};

}  // namespace weft

#endif  // WEFT_ACTOR_WORKER_MEASURE_INTERFERENCE_MONITOR_H_
