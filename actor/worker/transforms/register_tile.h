// The innermost bands around an operation and its vectorization.
#ifndef WEFT_ACTOR_WORKER_TRANSFORMS_REGISTER_TILE_H_
#define WEFT_ACTOR_WORKER_TRANSFORMS_REGISTER_TILE_H_

#include <cstdint>
#include <vector>

#include "actor/nest/structured_op.h"
#include "actor/worker/transforms/schedule_text.h"
#include "common/schedule/action.h"

namespace weft {

// A register tile: sizes for every loop, each at least 1 and a divisor of its extent,
// or, with kGeneralize, longer than it: the vectors are masked then.
struct RegisterTile {
  std::vector<int64_t> sizes;
  VectorizeMode mode = VectorizeMode::kContract;
  std::vector<int> order;  // Of the band over parallel loops; empty: as they are.
};

// Emits a band over the parallel loops, one over the reduction loops inside it, then
// the vectorization by `tile.mode`. `extents` are those of `target` before. For
// kGeneralize and kReduction every other operation must have been vectorized before:
// the former folds unit loops in the whole function, the latter adds operations.
void EmitRegisterTile(const StructuredOp& op, const std::vector<int64_t>& extents,
                      const RegisterTile& tile, const Handle& target,
                      ScheduleText* text);

}  // namespace weft

#endif  // WEFT_ACTOR_WORKER_TRANSFORMS_REGISTER_TILE_H_
