#include "actor/worker/measure/interference_monitor.h"

#include <algorithm>
#include <utility>

namespace weft {
namespace {

constexpr double kAwakeSeconds = 5e-5;
constexpr double kWakeUpSeconds = 5e-4;
// Of the looks, one in this many is faster than what is taken for normal.
constexpr int kFasterLooks = 10;
constexpr size_t kEnoughLooks = 20;

void Mark(bool seen, Interference interference, InterferenceSet* set) {
  if (seen) (*set)[static_cast<int>(interference)] = true;
}

// Whether `seconds` is too slow. The first time ever is normal.
bool IsSlow(double seconds, double margin, double* normal, std::vector<double>* looks) {
  looks->push_back(seconds);
  if (*normal <= 0) *normal = seconds;
  return seconds > margin * *normal;
}

}  // namespace

double NormalTime(double given, std::vector<double> looks) {
  if (looks.empty() || (given > 0 && looks.size() < kEnoughLooks)) return given;
  const auto nth = looks.begin() + static_cast<ptrdiff_t>(looks.size()) / kFasterLooks;
  std::nth_element(looks.begin(), nth, looks.end());
  return given > 0 ? std::min(given, *nth) : *nth;
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
    : sentinel_(watch_memory),
      cpu_(cpu),
      watch_memory_(watch_memory),
      given_(normal),
      normal_(normal) {}

void InterferenceMonitor::WakeUp() const {
  const Stopwatch busy;
  while (busy.seconds() < kWakeUpSeconds) sentinel_.Compute();
}

// A single look at a core that somebody shares is likely a disturbed one.
void InterferenceMonitor::LearnCore() {
  WakeUp();
  for (size_t i = 0; i < kEnoughLooks; ++i) {
    compute_looks_.push_back(sentinel_.Compute());
    issue_looks_.push_back(sentinel_.Issue());
  }
  normal_.compute = *std::min_element(compute_looks_.begin(), compute_looks_.end());
  normal_.issue = *std::min_element(issue_looks_.begin(), issue_looks_.end());
}

bool InterferenceMonitor::CoreIsSlow() {
  if (normal_.compute <= 0 || normal_.issue <= 0) LearnCore();
  const bool computes_slowly =
      IsSlow(sentinel_.Compute(), kCoreMargin, &normal_.compute, &compute_looks_);
  const bool issues_slowly =
      IsSlow(sentinel_.Issue(), kCoreMargin, &normal_.issue, &issue_looks_);
  return computes_slowly || issues_slowly;
}

void InterferenceMonitor::Look(InterferenceSet* seen) {
  if (watch_memory_) {
    Mark(IsSlow(sentinel_.Memory(), kMemoryMargin, &normal_.memory, &memory_looks_),
         Interference::kSlowMemory, seen);
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
  return {NormalTime(given_.compute, compute_looks_),
          NormalTime(given_.issue, issue_looks_),
          NormalTime(given_.memory, memory_looks_)};
}

}  // namespace weft
