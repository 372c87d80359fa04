// Which actions are legal on a loop nest: what upstream MLIR 19 carries out correctly
// and in bounded time, and nothing else.
#ifndef WEFT_ACTOR_NEST_LEGAL_ACTIONS_H_
#define WEFT_ACTOR_NEST_LEGAL_ACTIONS_H_

#include "actor/nest/nest.h"
#include "actor/nest/structured_op.h"
#include "common/schedule/action_mask.h"
#include "common/schedule/features.h"

namespace weft {

// At most this many bands by tile actions.
inline constexpr int kMaxTileBands = 3;

// Keeps the guarantees of common/schedule/action_mask.h. Stop is always legal; after a
// terminal action nothing is. Pure.
ActionMask LegalActions(const Nest& nest, const MachineModel& machine);

// The sizes that the loops may take in a register tile, or nothing (allowed is empty)
// when `mode` does not fit the operation or leaves no vector of at least 4 elements.
SizeMask RegisterTileSizes(const Nest& nest, VectorizeMode mode,
                           const MachineModel& machine);

// Whether the vector loop of a register tile may have a size that does not divide it.
bool MayLeaveRest(const StructuredOp& op);

// The panels that the loops may be packed into, or nothing when the operation has no
// loops to pack.
SizeMask PackSizes(const Nest& nest, const MachineModel& machine);

// Elements of the output that the registers can accumulate at once.
int64_t MaxAccumulators(const StructuredOp& op, const MachineModel& machine);

// The loop that the elements of a vector run along; requires a mode that fits the
// operation (RegisterTileSizes allows something).
int VectorLoop(const StructuredOp& op, VectorizeMode mode);

// Bit i: vectors run along loop i in some mode that keeps the loops as they are. Tiles
// of such a loop that are shorter than a vector are legal MLIR but a dead end.
uint32_t VectorLoops(const StructuredOp& anchor);

}  // namespace weft

#endif  // WEFT_ACTOR_NEST_LEGAL_ACTIONS_H_
