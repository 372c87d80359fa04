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
};

// The sizes of the band over parallel loops around a register tile; 0 where a loop is
// not split. `extents` are those of the operation before.
std::vector<int64_t> RegisterBand(const StructuredOp& op,
                                  const std::vector<int64_t>& extents,
                                  const std::vector<int64_t>& sizes);

// Emits a band over the reduction loops of `target`, which is inside its RegisterBand,
// then the vectorization by `tile.mode`. `extents` are those before both bands.
// `companions` start or finish the tile: each of their loops is a dimension of the
// output, and they become vectors of the same size. For
// kGeneralize and kReduction every other operation must have been vectorized before:
// the former folds unit loops in the whole function, the latter adds operations.
void VectorizeRegisterTile(const StructuredOp& op, const std::vector<int64_t>& extents,
                           const RegisterTile& tile, const Handle& target,
                           const std::vector<Handle>& companions, ScheduleText* text);

// Both bands and the vectorization.
void EmitRegisterTile(const StructuredOp& op, const std::vector<int64_t>& extents,
                      const RegisterTile& tile, const Handle& target,
                      ScheduleText* text);

}  // namespace weft

#endif  // WEFT_ACTOR_WORKER_TRANSFORMS_REGISTER_TILE_H_
