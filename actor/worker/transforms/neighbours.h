// What is done to the operations that are not the anchor.
#ifndef WEFT_ACTOR_WORKER_TRANSFORMS_NEIGHBOURS_H_
#define WEFT_ACTOR_WORKER_TRANSFORMS_NEIGHBOURS_H_

#include <optional>

#include "actor/worker/program/program_info.h"
#include "actor/worker/transforms/register_tile.h"
#include "actor/worker/transforms/schedule_text.h"
#include "common/schedule/features.h"

namespace weft {

// A vector width that divides the loops of `op`, or nullopt where none does or the
// vectorizer cannot take the operation; LLVM then gets it as it is.
std::optional<RegisterTile> DefaultRegisterTile(const StructuredOp& op,
                                                const MachineModel& machine);

// Vectorizes every operation but the anchor that has a default register tile.
void EmitNeighbours(const ProgramInfo& program, const MachineModel& machine,
                    ScheduleText* text);

}  // namespace weft

#endif  // WEFT_ACTOR_WORKER_TRANSFORMS_NEIGHBOURS_H_
