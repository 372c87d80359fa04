#include "actor/worker/measure/time_kernel.h"

#include <sys/resource.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "actor/worker/measure/stopwatch.h"

namespace weft {
namespace {

constexpr double kMinBatchSeconds = 50e-6;
constexpr int kMaxSamples = 64;
// Below this many clean samples the budget is extended, once, to twice its length.
constexpr size_t kWantedSamples = 3;
// Bounds the calls of a kernel that does nothing.
constexpr int64_t kMaxCallsPerBatch = 100'000;

struct Batch {
  double seconds_per_call;
  bool preempted;
};

class Timer {
 public:
  Timer(const Kernel& kernel, void* const* buffers)
      : kernel_(kernel), buffers_(buffers) {}

  Batch Run(int64_t calls) {
    rusage before;
    rusage after;
    getrusage(RUSAGE_THREAD, &before);
    const Stopwatch stopwatch;
    for (int64_t i = 0; i < calls; ++i) kernel_.Run(buffers_);
    const double seconds = stopwatch.seconds();
    getrusage(RUSAGE_THREAD, &after);
    timing_.calls += calls;
    timing_.page_faults += after.ru_minflt - before.ru_minflt;
    const bool preempted = after.ru_nivcsw != before.ru_nivcsw;
    timing_.preempted_batches += preempted ? 1 : 0;
    return {seconds / static_cast<double>(calls), preempted};
  }

  Timing* timing() { return &timing_; }

 private:
  const Kernel& kernel_;
  void* const* const buffers_;
  Timing timing_;
};

int64_t CallsPerBatch(double seconds_per_call) {
  const double calls = std::ceil(kMinBatchSeconds / std::max(seconds_per_call, 1e-10));
  return std::clamp(static_cast<int64_t>(calls), int64_t{1}, kMaxCallsPerBatch);
}

}  // namespace

Timing TimeKernel(const Kernel& kernel, void* const* buffers, double budget_seconds) {
  Timer timer(kernel, buffers);
  Timing* timing = timer.timing();
  const Stopwatch total;
  // The caches, the branch predictor and the allocator settle, and a batch finds its
  // size.
  const Batch first = timer.Run(1);
  if (first.seconds_per_call >= budget_seconds) {
    timing->samples = {first.seconds_per_call};
    timing->seconds = first.seconds_per_call;
    timing->disturbed = first.preempted;
    return *timing;
  }
  const Batch warm = timer.Run(CallsPerBatch(first.seconds_per_call));
  const int64_t calls = CallsPerBatch(warm.seconds_per_call);
  timing->page_faults = 0;
  timing->preempted_batches = 0;

  const double slice_seconds = budget_seconds / kMaxSamples;
  double best_preempted = std::numeric_limits<double>::infinity();
  while (timing->samples.size() < kMaxSamples) {
    const Stopwatch slice;
    double best = std::numeric_limits<double>::infinity();
    do {
      const Batch batch = timer.Run(calls);
      double* const minimum = batch.preempted ? &best_preempted : &best;
      *minimum = std::min(*minimum, batch.seconds_per_call);
    } while (slice.seconds() < slice_seconds);
    if (std::isfinite(best)) timing->samples.push_back(best);
    const bool enough = timing->samples.size() >= kWantedSamples;
    if (total.seconds() >= (enough ? 1 : 2) * budget_seconds) break;
  }
  if (timing->samples.empty()) {
    timing->samples = {best_preempted};
    timing->disturbed = true;
  }
  timing->seconds = *std::min_element(timing->samples.begin(), timing->samples.end());
  return *timing;
}

}  // namespace weft
