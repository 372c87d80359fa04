// One implementation per action kind: each appends the transforms of one action.
#ifndef WEFT_ACTOR_WORKER_TRANSFORMS_EMISSION_H_
#define WEFT_ACTOR_WORKER_TRANSFORMS_EMISSION_H_

#include "actor/worker/program/program_info.h"
#include "actor/worker/transforms/nest.h"
#include "actor/worker/transforms/schedule_text.h"
#include "common/schedule/action.h"
#include "common/schedule/features.h"

namespace weft {

// What a schedule has become when an action is emitted.
struct Emission {
  const ProgramInfo& program;
  const MachineModel& machine;
  Nest nest;      // Before the action.
  Handle anchor;  // Of the anchor inside every band so far.
  ScheduleText text;
};

// Each requires that the action is legal; the caller advances `nest` afterwards.
void EmitParallelize(const Action& action, Emission* emission);
void EmitTile(const Action& action, Emission* emission);
void EmitInterchange(const Action& action, Emission* emission);
void EmitVectorize(const Action& action, Emission* emission);
void EmitStop(const Action& action, Emission* emission);

}  // namespace weft

#endif  // WEFT_ACTOR_WORKER_TRANSFORMS_EMISSION_H_
