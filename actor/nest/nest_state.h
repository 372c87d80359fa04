// What the policy sees of a loop nest, worked out without any IR.
#ifndef WEFT_ACTOR_NEST_NEST_STATE_H_
#define WEFT_ACTOR_NEST_NEST_STATE_H_

#include <cstddef>

#include "actor/nest/nest.h"
#include "actor/nest/program_info.h"
#include "common/schedule/features.h"

namespace weft {

// Of more operands than these the rest is not seen.
inline constexpr size_t kMaxObservedOperands = 8;

// The state of a program whose anchor has become `nest`. After a terminal action the
// tile has no loops around, for the anchor is gone. A worker replaces what the
// transformed IR says itself. A test holds that this is the same, but for one thing
// that is not known here: what the anchor reads of other operations in its loop over
// tiles, as in a fused softmax, is only as large as a tile. Pure.
NestState DescribeNest(const ProgramInfo& program, const Nest& nest,
                       const MachineModel& machine, int threads);

}  // namespace weft

#endif  // WEFT_ACTOR_NEST_NEST_STATE_H_
