#include "actor/worker/measure/batch_timer.h"

#include <sys/resource.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "common/time/stopwatch.h"

namespace weft {
namespace {

constexpr double kMinBatchSeconds = 50e-6;
// Bounds the calls of a kernel that does nothing.
constexpr int64_t kMaxCallsPerBatch = 100'000;

int64_t CallsPerBatch(double seconds_per_call) {
  const double calls = std::ceil(kMinBatchSeconds / std::max(seconds_per_call, 1e-10));
  return std::clamp(static_cast<int64_t>(calls), int64_t{1}, kMaxCallsPerBatch);
}

}  // namespace

Batch BatchTimer::Run(int64_t calls) {
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
  return {batch_seconds_ / static_cast<double>(calls),
          after.ru_nivcsw != before.ru_nivcsw};
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
