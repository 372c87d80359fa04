// Which actions are legal in a state, and the order in which an action's parts are
// chosen.
//
// A policy builds an action part by part: kind; then, for vectorize, the mode; then the
// sizes from loop 0 upward, or the order from depth 0 downward. What is legal for a
// part can depend on the parts before it (products of sizes are bounded, a permutation
// has no repeats, a tile of nothing is a no-op), so both the policy that samples and
// the learner that replays ask the same functions below. They are pure and thread-safe.
#ifndef WEFT_COMMON_SCHEDULE_ACTION_MASK_H_
#define WEFT_COMMON_SCHEDULE_ACTION_MASK_H_

#include <array>
#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "common/schedule/action.h"

namespace weft {

// A set of entries of kSizeTable: bit j stands for kSizeTable[j].
using SizeSet = uint32_t;

struct ProductBound {
  uint32_t loops = 0;  // Bit i: loop i takes part.
  int64_t max_product = 1;
};

// Sizes that the loops may take together. A size of 0 counts as 1 in products. The
// environment guarantees that the smallest allowed sizes satisfy every bound, and, with
// forbid_all_zero, that some loop allows more than 0 within every bound.
struct SizeMask {
  std::vector<SizeSet> allowed;  // Per loop; never 0 for a legal kind.
  std::vector<ProductBound> bounds;
  bool forbid_all_zero = false;
};

// Where the mask of a (kind, mode) is found in ActionMask::sizes.
// Parallelize, tile, vectorize by mode, pack.
inline constexpr int kNumSizeSlots = 3 + kNumVectorizeModes;
int SizeSlot(ActionKind kind, VectorizeMode mode);

struct ActionMask {
  uint32_t kinds = 0;  // Bit static_cast<int>(kind).
  uint32_t modes = 0;  // Bit static_cast<int>(mode); not 0 when vectorize is legal.
  int num_loops = 0;   // <= kMaxLoops.
  // Bit i: loop i has a single point, so that its place in an order says nothing about
  // what runs when.
  // Interchange is legal only with at least two other loops.
  uint32_t unit_loops = 0;
  std::array<SizeMask, kNumSizeSlots> sizes;

  bool Allows(ActionKind kind) const { return kinds >> static_cast<int>(kind) & 1; }
  bool Allows(VectorizeMode mode) const { return modes >> static_cast<int>(mode) & 1; }
};

// The sizes that loop `chosen.size()` may take after the sizes of the loops before it.
// Never empty for a mask that keeps its guarantee.
SizeSet LegalSizes(const SizeMask& mask, const std::vector<int64_t>& chosen);

// Bit i: loop i may come next after the loops already chosen. An order that leaves the
// loops of more than one point as they are is a no-op, and is excluded at the last
// point where it can be.
uint32_t LegalNextLoops(const ActionMask& mask, const std::vector<int>& chosen);

// OK when the action is legal, else INVALID_ARGUMENT naming the part that is not.
absl::Status CheckLegal(const ActionMask& mask, const Action& action);

}  // namespace weft

#endif  // WEFT_COMMON_SCHEDULE_ACTION_MASK_H_
