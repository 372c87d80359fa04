// What is done to the operations that are not the anchor.
#ifndef WEFT_ACTOR_WORKER_TRANSFORMS_NEIGHBOURS_H_
#define WEFT_ACTOR_WORKER_TRANSFORMS_NEIGHBOURS_H_

#include <optional>
#include <vector>

#include "actor/nest/program_info.h"
#include "actor/worker/transforms/register_tile.h"
#include "actor/worker/transforms/schedule_text.h"
#include "common/schedule/features.h"

namespace weft {

// A vector width that divides the loops of `op`, or nullopt where none does or the
// vectorizer cannot take the operation; LLVM then gets it as it is.
std::optional<RegisterTile> DefaultRegisterTile(const StructuredOp& op,
                                                const MachineModel& machine);

struct Neighbour {
  Handle handle;    // Empty: the anchor, or an operation that stays as it is.
  StructuredOp op;  // With the extents that it has where it is now.
};

// One for each of ProgramInfo::ops.
using Neighbours = std::vector<Neighbour>;

// Vectorizes every operation but the anchor that has a default register tile.
void VectorizeNeighbours(const Neighbours& neighbours, const MachineModel& machine,
                         ScheduleText* text);

}  // namespace weft

#endif  // WEFT_ACTOR_WORKER_TRANSFORMS_NEIGHBOURS_H_
