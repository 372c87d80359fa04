// When a time is too good to be believed at once, and what then counts.
#ifndef WEFT_ACTOR_ENVIRONMENT_CONFIRMATION_H_
#define WEFT_ACTOR_ENVIRONMENT_CONFIRMATION_H_

#include "common/schedule/trajectory.h"

namespace weft {

// Whether the measurement would be the task's new best by more than 5 %, which is
// beyond the scatter of clean measurements; `best_seconds` is 0 when there is no best
// yet.
bool NeedsConfirmation(const Measurement& measurement, double best_seconds);

// What counts after the schedule was measured again, in interleaved pairs with the
// previous best. The second measurement replaces the first; one that failed is a
// failure. But a schedule that was not found faster, or that could not be compared,
// does not become the best: its time is then no less than `best_seconds`, and the
// message says so.
Measurement AfterConfirmation(const Measurement& first, const Measurement& second,
                              double best_seconds);

}  // namespace weft

#endif  // WEFT_ACTOR_ENVIRONMENT_CONFIRMATION_H_
