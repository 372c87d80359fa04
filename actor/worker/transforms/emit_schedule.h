// From a schedule to the transform-dialect module that carries it out.
#ifndef WEFT_ACTOR_WORKER_TRANSFORMS_EMIT_SCHEDULE_H_
#define WEFT_ACTOR_WORKER_TRANSFORMS_EMIT_SCHEDULE_H_

#include <string>

#include "actor/nest/program_info.h"
#include "common/schedule/action.h"
#include "common/schedule/features.h"

namespace weft {

// A module with one @__transform_main, which plain mlir-opt replays on the program's
// file. Requires that every action is legal in its place. The machine decides the
// vector widths of the operations that the schedule does not speak of.
std::string EmitScheduleModule(const ProgramInfo& program, const Schedule& schedule,
                               const MachineModel& machine);

}  // namespace weft

#endif  // WEFT_ACTOR_WORKER_TRANSFORMS_EMIT_SCHEDULE_H_
