#include "actor/worker/measure/time_kernel.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <thread>

#include "actor/worker/measure/batch_timer.h"
#include "actor/worker/measure/stopwatch.h"

namespace weft {
namespace {

constexpr int kBursts = 5;
constexpr int kSlicesPerBurst = 12;
constexpr size_t kMaxSamples = 64;
constexpr size_t kWantedSamples = 3;
// Of the budget, between two bursts.
constexpr double kGapShare = 0.04;
// Times the budget that a disturbed timing may take.
constexpr double kPatience = 3;

constexpr double kNone = std::numeric_limits<double>::infinity();

struct Burst {
  std::vector<double> clean;  // One sample per slice.
  int preempted = 0;          // Slices without one.
  double fastest_preempted = kNone;
};

Burst RunBurst(double seconds, BatchTimer* timer) {
  // The sentinel has emptied the core's caches. A batch that is long has filled them
  // again before much of it has passed.
  if (timer->batch_seconds() < seconds / 4) timer->Run();
  Burst burst;
  const Stopwatch stopwatch;
  do {
    const BestBatch best = RunFor(seconds / kSlicesPerBurst, timer);
    if (std::isfinite(best.clean)) {
      burst.clean.push_back(best.clean);
    } else {
      ++burst.preempted;
      burst.fastest_preempted = std::min(burst.fastest_preempted, best.preempted);
    }
  } while (stopwatch.seconds() < seconds);
  return burst;
}

class Collector {
 public:
  explicit Collector(Timing* timing) : timing_(timing) {}

  void Add(const Burst& burst, InterferenceSet seen) {
    fastest_rejected_ = std::min(fastest_rejected_, burst.fastest_preempted);
    if (Any(seen)) {
      timing_->rejections.Add(seen, static_cast<int>(burst.clean.size()));
      for (double sample : burst.clean) {
        fastest_rejected_ = std::min(fastest_rejected_, sample);
      }
    } else {
      const size_t room = kMaxSamples - timing_->samples.size();
      timing_->samples.insert(timing_->samples.end(), burst.clean.begin(),
                              burst.clean.begin() + std::min(room, burst.clean.size()));
    }
    seen[static_cast<int>(Interference::kPreempted)] = true;
    timing_->rejections.Add(seen, burst.preempted);
  }

  void Finish() {
    timing_->disturbed = timing_->samples.empty();
    if (timing_->disturbed) timing_->samples = {fastest_rejected_};
    timing_->seconds =
        *std::min_element(timing_->samples.begin(), timing_->samples.end());
  }

 private:
  Timing* const timing_;
  double fastest_rejected_ = kNone;
};

}  // namespace

Timing TimeKernel(const Kernel& kernel, void* const* buffers, double budget_seconds,
                  InterferenceMonitor* monitor) {
  Timing timing;
  BatchTimer timer(kernel, buffers);
  const Stopwatch total;
  monitor->Begin();
  const Batch first = timer.WarmUp(budget_seconds);
  if (first.seconds_per_call >= budget_seconds) {
    timing.samples = {first.seconds_per_call};
    timing.seconds = first.seconds_per_call;
    timing.disturbed = first.preempted || Any(monitor->End());
    timing.calls = timer.calls();
    return timing;
  }
  const double gap = kGapShare * budget_seconds;
  const double burst_seconds = (budget_seconds - (kBursts - 1) * gap) / kBursts;
  Collector collector(&timing);
  while (true) {
    monitor->Begin();
    const Burst burst = RunBurst(burst_seconds, &timer);
    collector.Add(burst, monitor->End());
    const size_t samples = timing.samples.size();
    const double limit = (samples >= kWantedSamples ? 1 : kPatience) * budget_seconds;
    if (samples >= kMaxSamples || total.seconds() + gap >= limit) break;
    std::this_thread::sleep_for(std::chrono::duration<double>(gap));
  }
  collector.Finish();
  timing.calls = timer.calls();
  timing.page_faults = timer.page_faults();
  return timing;
}

}  // namespace weft
