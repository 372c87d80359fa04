#include "actor/worker/measure/interference_monitor.h"

#include <algorithm>

namespace weft {
namespace {

constexpr double kAwakeSeconds = 5e-5;
constexpr double kWakeUpSeconds = 5e-4;
// Of the looks, one in this many is faster than what is taken for normal.
constexpr int kFasterLooks = 10;
constexpr size_t kEnoughLooks = 20;
// Few enough to stay out of the kernel's way in the first-level cache.
constexpr size_t kMostLooks = 256;

void Mark(bool seen, Interference interference, InterferenceSet* set) {
  if (seen) (*set)[static_cast<int>(interference)] = true;
}

// 0 is not known.
double LesserKnown(double a, double b) {
  if (a <= 0 || b <= 0) return std::max(a, b);
  return std::min(a, b);
}

void Add(double seconds, std::vector<double>* looks) {
  if (looks->size() >= kMostLooks) {
    looks->erase(looks->begin(), looks->begin() + kMostLooks / 2);
  }
  looks->push_back(seconds);
}

// Whether the latest look is slower than the undisturbed ones, or these than `given`
// explains; also lowers `least` to them.
bool IsSlow(const std::vector<double>& looks, double given, double* least) {
  const double undisturbed = Undisturbed(looks);
  *least = LesserKnown(*least, undisturbed);
  const double level =
      given > 0 ? std::min(undisturbed, InterferenceMonitor::kClockRange * given)
                : undisturbed;
  return looks.back() > InterferenceMonitor::kCoreMargin * level;
}

}  // namespace

double Undisturbed(std::vector<double> looks) {
  const auto nth = looks.begin() + static_cast<ptrdiff_t>(looks.size()) / kFasterLooks;
  std::nth_element(looks.begin(), nth, looks.end());
  return *nth;
}

bool Any(const InterferenceSet& set) {
  return std::find(set.begin(), set.end(), true) != set.end();
}

InterferenceSet Either(const InterferenceSet& a, const InterferenceSet& b) {
  InterferenceSet either = a;
  for (size_t i = 0; i < b.size(); ++i) either[i] = either[i] || b[i];
  return either;
}

void Rejections::Add(const InterferenceSet& why, int count) {
  samples += count;
  for (size_t i = 0; i < why.size(); ++i) reasons[i] += why[i] ? count : 0;
}

InterferenceMonitor::InterferenceMonitor(const SentinelTimes& normal, int cpu,
                                         bool watch_memory)
    : sentinel_(watch_memory), cpu_(cpu), watch_memory_(watch_memory), given_(normal) {}

void InterferenceMonitor::WakeUp() const {
  const Stopwatch busy;
  while (busy.seconds() < kWakeUpSeconds) sentinel_.Compute();
}

bool InterferenceMonitor::CoreIsSlow(CoreLooks* looks) {
  // A single look at a core that somebody shares is likely a disturbed one.
  do {
    Add(sentinel_.Compute(), &looks->compute);
    Add(sentinel_.Issue(), &looks->issue);
  } while (looks->compute.size() < kEnoughLooks);
  const bool computes_slowly =
      IsSlow(looks->compute, given_.compute, &undisturbed_.compute);
  const bool issues_slowly = IsSlow(looks->issue, given_.issue, &undisturbed_.issue);
  return computes_slowly || issues_slowly;
}

void InterferenceMonitor::Look(InterferenceSet* seen) {
  if (watch_memory_) {
    memory_looks_.push_back(sentinel_.Memory());
    undisturbed_.memory = Undisturbed(memory_looks_);
    const double normal = LesserKnown(given_.memory, undisturbed_.memory);
    Mark(memory_looks_.back() > kMemoryMargin * normal, Interference::kSlowMemory,
         seen);
  }
  const double frequency = CpuFrequency(cpu_);
  best_frequency_ = std::max(best_frequency_, frequency);
  Mark(frequency < kFrequencyMargin * best_frequency_, Interference::kLowFrequency,
       seen);
}

void InterferenceMonitor::Begin() {
  at_begin_ = {};
  if (!since_end_ || since_end_->seconds() > kAwakeSeconds) WakeUp();
  Look(&at_begin_);
}

InterferenceSet InterferenceMonitor::End() {
  InterferenceSet seen = at_begin_;
  Look(&seen);
  since_end_.emplace();
  return seen;
}

SentinelTimes InterferenceMonitor::normal() const {
  return {LesserKnown(given_.compute, undisturbed_.compute),
          LesserKnown(given_.issue, undisturbed_.issue),
          LesserKnown(given_.memory, undisturbed_.memory)};
}

}  // namespace weft
