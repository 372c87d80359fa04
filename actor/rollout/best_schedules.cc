#include "actor/rollout/best_schedules.h"

namespace weft {

bool BestSchedules::KeepIfBest(Trajectory* trajectory) {
  const Measurement& measurement = trajectory->measurement;
  bool best = false;
  // Without text (synthetic, or an export that failed) a later, slower schedule with
  // text is still the best that can be written down.
  if (measurement.outcome == Outcome::kOk && !trajectory->schedule_module.empty()) {
    absl::MutexLock lock(&mutex_);
    const auto [found, inserted] =
        seconds_.emplace(trajectory->program, measurement.seconds);
    best = inserted || measurement.seconds < found->second;
    if (best) found->second = measurement.seconds;
  }
  if (!best) trajectory->schedule_module.clear();
  return best;
}

}  // namespace weft
