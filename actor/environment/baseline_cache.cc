#include "actor/environment/baseline_cache.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

namespace weft {

absl::StatusOr<Measurement> BaselineCache::GetOrMeasure(
    const std::string& program, absl::Duration timeout,
    const std::function<absl::StatusOr<Measurement>()>& measure) {
  const absl::Time deadline = absl::Now() + timeout;
  Entry* entry;
  {
    absl::MutexLock lock(&mutex_);
    entry = &entries_[program];
    const auto idle = [entry] { return !entry->measuring; };
    if (!mutex_.AwaitWithDeadline(absl::Condition(&idle), deadline)) {
      return absl::DeadlineExceededError(
          absl::StrCat("another slot has been measuring the baseline of ", program,
                       " for more than ", absl::FormatDuration(timeout)));
    }
    if (entry->final) return entry->result;
    entry->measuring = true;
  }
  absl::StatusOr<Measurement> result = measure();
  absl::MutexLock lock(&mutex_);
  entry->measuring = false;
  entry->final = result.ok() || absl::IsFailedPrecondition(result.status());
  entry->result = std::move(result);
  return entry->result;
}

}  // namespace weft
