#include "actor/worker/measure/interference_monitor.h"

#include <algorithm>

namespace weft {
namespace {

void Mark(bool seen, Interference interference, InterferenceSet* set) {
  if (seen) (*set)[static_cast<int>(interference)] = true;
}

// Whether `seconds` is too slow; also makes it the best time when it is better.
bool IsSlow(double seconds, double margin, double* best) {
  if (*best <= 0 || seconds < *best) *best = seconds;
  return seconds > margin * *best;
}

}  // namespace

bool Any(const InterferenceSet& set) {
  return std::find(set.begin(), set.end(), true) != set.end();
}

void Rejections::Add(const InterferenceSet& why, int count) {
  samples += count;
  for (size_t i = 0; i < why.size(); ++i) reasons[i] += why[i] ? count : 0;
}

InterferenceMonitor::InterferenceMonitor(const SentinelTimes& best, int cpu,
                                         bool watch_memory)
    : sentinel_(watch_memory), cpu_(cpu), watch_memory_(watch_memory), best_(best) {}

void InterferenceMonitor::Look(InterferenceSet* seen) {
  const SentinelTimes now = sentinel_.Run();
  Mark(IsSlow(now.compute, kComputeMargin, &best_.compute), Interference::kSlowCompute,
       seen);
  if (watch_memory_) {
    Mark(IsSlow(now.memory, kMemoryMargin, &best_.memory), Interference::kSlowMemory,
         seen);
  }
  const double frequency = CpuFrequency(cpu_);
  best_frequency_ = std::max(best_frequency_, frequency);
  Mark(frequency < kFrequencyMargin * best_frequency_, Interference::kLowFrequency,
       seen);
}

void InterferenceMonitor::Begin() {
  at_begin_ = {};
  Look(&at_begin_);
}

InterferenceSet InterferenceMonitor::End() {
  InterferenceSet seen = at_begin_;
  Look(&seen);
  return seen;
}

}  // namespace weft
