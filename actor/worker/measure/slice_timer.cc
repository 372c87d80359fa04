#include "actor/worker/measure/slice_timer.h"

#include <cmath>

#include "common/time/stopwatch.h"

namespace weft {
namespace {

constexpr double kLookSeconds = 2e-4;
}  // namespace

bool Better(const Slice& a, const Slice& b) {
  const bool a_disturbed = Any(a.why);
  return a_disturbed == Any(b.why) ? a.seconds < b.seconds : !a_disturbed;
}

Slice SliceTimer::RunOne() {
  const BestBatch batch = RunFor(kLookSeconds, timer_);
  const bool was_slow = slow_;
  slow_ = monitor_->CoreIsSlow(looks_);
  Slice slice = {batch.clean, {}};
  if (!std::isfinite(batch.clean)) {
    slice.seconds = batch.preempted;
    slice.why[static_cast<int>(Interference::kPreempted)] = true;
  }
  slice.why[static_cast<int>(Interference::kSlowCompute)] = was_slow || slow_;
  return slice;
}

Slice SliceTimer::Run(double seconds) {
  const Stopwatch stopwatch;
  Slice best = RunOne();
  while (stopwatch.seconds() < seconds) {
    const Slice slice = RunOne();
    if (Better(slice, best)) best = slice;
  }
  return best;
}

}  // namespace weft
