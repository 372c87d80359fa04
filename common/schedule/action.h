// Actions and schedules as plain data.
//
// An action is one macro step over the loop nest of a task's anchor operation. A
// schedule is the list of actions of one episode. The transform-dialect text that
// carries it out is derived from this data in actor/worker/transforms and nowhere else.
#ifndef WEFT_COMMON_SCHEDULE_ACTION_H_
#define WEFT_COMMON_SCHEDULE_ACTION_H_

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace weft {

// The numbers are part of the observation and of checkpoints: append, never reorder.
enum class ActionKind : uint8_t {
  // Splits parallel loops into an outer scf.forall over tiles of `sizes`.
  kParallelize = 0,
  // Splits loops into an outer band of scf.for over tiles of `sizes`.
  kTile = 1,
  // Sets the loop order of the next band that tile, vectorize or stop creates.
  kInterchange = 2,
  // Terminal: tiles to a register tile (parallel loops) and a reduction step (reduction
  // loops) of `sizes`, then vectorizes by `mode`; every other op gets vectorized, too.
  kVectorize = 3,
  // Terminal: what is left is for LLVM to optimize.
  kStop = 4,
  // Copies operands into panels of `sizes`, padded with zeros where a size does not
  // divide, and unpacks the result. The anchor becomes a linalg.generic with one more
  // loop, over the inside of a panel, for each packed loop; these loops come last, in
  // the order of the loops that they were split from.
  kPack = 5,
  // Right after parallelize: the operations that can be computed tile by tile with the
  // anchor share its loop over tiles. These are the fill of its output and the
  // elementwise operations that follow it or, in a chain of rows such as a softmax,
  // every operation of the task.
  kFuse = 6,
};
inline constexpr int kNumActionKinds = 7;

enum class VectorizeMode : uint8_t {
  kContract = 0,   // The op as it is: contractions, elementwise ops, simple reductions.
  kDecompose = 1,  // A 2-D window op with unit kernel rows becomes 1-D first.
  kGeneralize = 2,  // To linalg.generic with unit loops dropped first.
  kReduction = 3,   // Reductions keep vector-wide partial results (tile_reduction).
};
inline constexpr int kNumVectorizeModes = 4;

// Every size that an action may name. 0 leaves a loop as it is (tile, parallelize,
// pack).
inline constexpr std::array<int64_t, 14> kSizeTable = {0,  1,  2,  4,  7,   8,   14,
                                                       16, 28, 32, 64, 128, 256, 512};
inline constexpr int kNumSizes = static_cast<int>(kSizeTable.size());

// No anchor has more loops than this (a 2-D convolution has 7).
inline constexpr int kMaxLoops = 12;
// No episode is longer than this; the last action must be terminal.
inline constexpr int kMaxActions = 10;

struct Action {
  ActionKind kind = ActionKind::kStop;
  std::vector<int64_t> sizes;  // One per loop; only kinds that take sizes.
  std::vector<int> order;  // order[i]: loop at depth i of the band; only interchange.
  std::optional<VectorizeMode> mode;  // Only vectorize.

  bool operator==(const Action& other) const {
    return kind == other.kind && sizes == other.sizes && order == other.order &&
           mode == other.mode;
  }
};

using Schedule = std::vector<Action>;

// Index in kSizeTable, or -1 when `size` is not in it.
int SizeIndex(int64_t size);

// Whether an episode ends with this kind.
bool IsTerminal(ActionKind kind);

// Parallelize, tile, pack and vectorize. Interchange takes an order; stop and fuse take
// nothing.
bool TakesSizes(ActionKind kind);

// "tile", "vectorize", ...: the names that logs, metrics and files use.
const char* ActionKindName(ActionKind kind);
const char* VectorizeModeName(VectorizeMode mode);

// One line for a person, such as `tile[0,64,256] vectorize[4,16,1;contract]`.
std::string ToString(const Action& action);
std::string ToString(const Schedule& schedule);

}  // namespace weft

#endif  // WEFT_COMMON_SCHEDULE_ACTION_H_
