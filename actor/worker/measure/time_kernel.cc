#include "actor/worker/measure/time_kernel.h"

#include <algorithm>
#include <chrono>
#include <limits>
#include <thread>

#include "actor/worker/measure/batch_timer.h"
#include "actor/worker/measure/slice_timer.h"
#include "common/time/stopwatch.h"

namespace weft {
namespace {

constexpr int kBursts = 5;
constexpr int kSlicesPerBurst = 12;
constexpr size_t kMaxSamples = 64;
constexpr size_t kWantedSamples = 12;
// Of the budget, between two bursts.
constexpr double kGapShare = 0.04;
// Times the budget that a disturbed timing may take.
constexpr double kPatience = 3;
constexpr int kMaxSingleCalls = 3;
constexpr double kSingleCallsSeconds = 1;

std::vector<Slice> RunBurst(double seconds, BatchTimer* timer,
                            InterferenceMonitor* monitor, CoreLooks* looks) {
  // The sentinel has emptied the core's caches. A batch that is long has filled them
  // again before much of it has passed.
  if (timer->batch_seconds() < seconds / 4) timer->Run();
  SliceTimer slices(timer, monitor, looks);
  std::vector<Slice> burst;
  const Stopwatch stopwatch;
  do {
    burst.push_back(slices.Run(seconds / kSlicesPerBurst));
  } while (stopwatch.seconds() < seconds);
  return burst;
}

class Collector {
 public:
  explicit Collector(Timing* timing) : timing_(timing) {}

  // `seen` is what disturbed all of the burst. Whether any of it was clean.
  bool Add(const std::vector<Slice>& burst, const InterferenceSet& seen) {
    const size_t before = timing_->samples.size();
    for (const Slice& slice : burst) {
      const InterferenceSet why = Either(slice.why, seen);
      if (Any(why)) {
        timing_->rejections.Add(why, 1);
        fastest_rejected_ = std::min(fastest_rejected_, slice.seconds);
      } else if (timing_->samples.size() < kMaxSamples) {
        timing_->samples.push_back(slice.seconds);
      }
    }
    return timing_->samples.size() > before;
  }

  void Finish() {
    timing_->disturbed = timing_->samples.empty();
    if (timing_->disturbed) timing_->samples = {fastest_rejected_};
    timing_->seconds =
        *std::min_element(timing_->samples.begin(), timing_->samples.end());
  }

 private:
  Timing* const timing_;
  double fastest_rejected_ = std::numeric_limits<double>::infinity();
};

// `batch` is the first of them; the monitor has begun.
void TimeSingleCalls(Batch batch, const Stopwatch& total, BatchTimer* timer,
                     InterferenceMonitor* monitor, Collector* collector) {
  CoreLooks looks;
  for (int call = 1;; ++call) {
    Slice slice = {batch.seconds_per_call, {}};
    slice.why[static_cast<int>(Interference::kPreempted)] = batch.preempted;
    slice.why[static_cast<int>(Interference::kSlowCompute)] =
        monitor->CoreIsSlow(&looks);
    const bool clean = collector->Add({slice}, monitor->End());
    const double expected = total.seconds() + batch.seconds_per_call;
    if (clean || call == kMaxSingleCalls || expected > kSingleCallsSeconds) return;
    monitor->Begin();
    batch = timer->Run(1);
  }
}

}  // namespace

Timing TimeKernel(const Kernel& kernel, void* const* buffers, double budget_seconds,
                  InterferenceMonitor* monitor) {
  Timing timing;
  BatchTimer timer(kernel, buffers);
  CoreLooks looks;
  const Stopwatch total;
  monitor->Begin();
  const Batch first = timer.WarmUp(budget_seconds);
  Collector collector(&timing);
  if (first.seconds_per_call >= budget_seconds) {
    TimeSingleCalls(first, total, &timer, monitor, &collector);
    collector.Finish();
    timing.calls = timer.calls();
    timing.page_faults = timer.page_faults();
    return timing;
  }
  const double gap = kGapShare * budget_seconds;
  const double burst_seconds = (budget_seconds - (kBursts - 1) * gap) / kBursts;
  while (true) {
    monitor->Begin();
    const std::vector<Slice> burst = RunBurst(burst_seconds, &timer, monitor, &looks);
    collector.Add(burst, monitor->End());
    const size_t samples = timing.samples.size();
    // A long kernel has few samples, but none too few while all are clean.
    const bool enough = samples >= kWantedSamples || timing.rejections.samples == 0;
    const double limit = (enough ? 1 : kPatience) * budget_seconds;
    if (samples >= kMaxSamples || total.seconds() + gap >= limit) break;
    std::this_thread::sleep_for(std::chrono::duration<double>(gap));
  }
  collector.Finish();
  timing.calls = timer.calls();
  timing.page_faults = timer.page_faults();
  return timing;
}

}  // namespace weft
