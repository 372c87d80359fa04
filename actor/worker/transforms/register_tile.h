// The innermost bands around an operation and its vectorization.
#ifndef WEFT_ACTOR_WORKER_TRANSFORMS_REGISTER_TILE_H_
#define WEFT_ACTOR_WORKER_TRANSFORMS_REGISTER_TILE_H_

#include <cstdint>
#include <vector>

#include "actor/nest/structured_op.h"
#include "actor/worker/transforms/schedule_text.h"
#include "common/schedule/action.h"

namespace weft {

// A register tile: sizes for every loop, each at least 1 and a divisor of its extent.
// With kGeneralize one may be longer than its loop: the vectors are masked then. With
// kContract of elementwise operations and of reductions, and with kReduction, that of
// the vector loop may leave a rest.
struct RegisterTile {
  std::vector<int64_t> sizes;
  VectorizeMode mode = VectorizeMode::kContract;
};

// Whether some size is shorter than its loop and does not divide it.
bool LeavesRest(const std::vector<int64_t>& extents, const std::vector<int64_t>& sizes);

// The part of RegisterBand that goes around both a loop and its rest, so that they take
// turns; nothing when the loops, in `order` (empty: as they are), have others inside
// that loop, or when there is no rest.
std::vector<int64_t> BandAroundRest(const StructuredOp& op,
                                    const std::vector<int64_t>& extents,
                                    const std::vector<int64_t>& sizes,
                                    const std::vector<int>& order);

// The extents inside a band.
std::vector<int64_t> InsideBand(std::vector<int64_t> extents,
                                const std::vector<int64_t>& band);

// Splits off the rest, if there is one, so that the sizes divide the new `extents` of
// the returned target. The rest of an elementwise operation becomes one masked vector;
// a single element stays a loop for LLVM, and so does that of a reduction, because
// upstream does not lower masked reductions.
Handle SplitOffRest(const StructuredOp& op, const RegisterTile& tile,
                    const Handle& target, std::vector<int64_t>* extents,
                    ScheduleText* text);

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

// Both bands and the vectorization, and the rest.
void EmitRegisterTile(const StructuredOp& op, const std::vector<int64_t>& extents,
                      const RegisterTile& tile, const Handle& target,
                      ScheduleText* text);

}  // namespace weft

#endif  // WEFT_ACTOR_WORKER_TRANSFORMS_REGISTER_TILE_H_
