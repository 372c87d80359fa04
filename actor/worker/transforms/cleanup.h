// What every schedule ends with.
#ifndef WEFT_ACTOR_WORKER_TRANSFORMS_CLEANUP_H_
#define WEFT_ACTOR_WORKER_TRANSFORMS_CLEANUP_H_

#include "actor/worker/transforms/schedule_text.h"

namespace weft {

// Canonicalization and common subexpressions.
void EmitCleanup(ScheduleText* text);

// Turns freshly vectorized operations into contractions on whole registers and keeps
// accumulators in registers over the reduction loops.
void EmitVectorCleanup(ScheduleText* text);

}  // namespace weft

#endif  // WEFT_ACTOR_WORKER_TRANSFORMS_CLEANUP_H_
