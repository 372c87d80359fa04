#include "actor/worker/measure/batch_timer.h"

#include <sys/resource.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "actor/worker/measure/cpu_signals.h"
#include "common/time/stopwatch.h"

namespace weft {
namespace {

constexpr double kMinBatchSeconds = 50e-6;
// Somebody runs for some microseconds on every CPU many times a second. A batch that is
// long is not without it, and hardly longer for it.
constexpr double kLongBatchSeconds = 1e-3;
constexpr double kWaitedShare = 5e-3;
// Bounds the calls of a kernel that does nothing.
constexpr int64_t kMaxCallsPerBatch = 100'000;

int64_t CallsPerBatch(double seconds_per_call) {
  const double calls = std::ceil(kMinBatchSeconds / std::max(seconds_per_call, 1e-10));
  return std::clamp(static_cast<int64_t>(calls), int64_t{1}, kMaxCallsPerBatch);
}

}  // namespace

Batch BatchTimer::Run(int64_t calls) {
  // The first batch may be of any length.
  const bool maybe_long = calls_ == 0 || batch_seconds_ >= kLongBatchSeconds;
  const std::optional<double> waited_before =
      maybe_long ? SecondsWaitedForCpu() : std::nullopt;
  rusage before;
  rusage after;
  // Of all threads: a kernel may have several, and is as slow as the slowest.
  getrusage(RUSAGE_SELF, &before);
  const Stopwatch stopwatch;
  for (int64_t i = 0; i < calls; ++i) kernel_.Run(buffers_);
  batch_seconds_ = stopwatch.seconds();
  getrusage(RUSAGE_SELF, &after);
  calls_ += calls;
  page_faults_ += after.ru_minflt - before.ru_minflt;
  bool preempted = after.ru_nivcsw != before.ru_nivcsw;
  if (preempted && waited_before && batch_seconds_ >= kLongBatchSeconds) {
    const std::optional<double> waited = SecondsWaitedForCpu();
    if (waited) preempted = *waited - *waited_before > kWaitedShare * batch_seconds_;
  }
  return {batch_seconds_ / static_cast<double>(calls), preempted};
}

Batch BatchTimer::WarmUp(double enough_seconds) {
  // The caches, the branch predictor and the allocator settle, and a batch finds its
  // size.
  const Batch first = Run(1);
  if (first.seconds_per_call >= enough_seconds) return first;
  const Batch warm = Run(CallsPerBatch(first.seconds_per_call));
  calls_per_batch_ = CallsPerBatch(warm.seconds_per_call);
  page_faults_ = 0;
  return first;
}

BestBatch RunFor(double seconds, BatchTimer* timer) {
  constexpr double kNone = std::numeric_limits<double>::infinity();
  BestBatch best = {kNone, kNone};
  const Stopwatch stopwatch;
  do {
    const Batch batch = timer->Run();
    double* const minimum = batch.preempted ? &best.preempted : &best.clean;
    *minimum = std::min(*minimum, batch.seconds_per_call);
  } while (stopwatch.seconds() < seconds);
  return best;
}

}  // namespace weft
