// Reads the state of the anchor's loop nest back from transformed IR.
#ifndef WEFT_ACTOR_WORKER_TRANSFORMS_OBSERVE_NEST_H_
#define WEFT_ACTOR_WORKER_TRANSFORMS_OBSERVE_NEST_H_

#include "absl/status/statusor.h"
#include "actor/nest/nest.h"
#include "actor/nest/program_info.h"
#include "common/schedule/features.h"
#include "mlir/IR/BuiltinOps.h"

namespace weft {

// `module` is the program after `nest.history`. Extents, iterator kinds, operands and
// the loops around come from the anchor found in the IR; once a terminal action has
// consumed the anchor, the tile is the register tile and nothing is known around it.
// INTERNAL when the anchor is missing before that, or its extents are not those of
// `nest`: the IR and the masks would disagree.
absl::StatusOr<NestState> ObserveNest(mlir::ModuleOp module, const ProgramInfo& program,
                                      const Nest& nest, const MachineModel& machine,
                                      int threads);

}  // namespace weft

#endif  // WEFT_ACTOR_WORKER_TRANSFORMS_OBSERVE_NEST_H_
