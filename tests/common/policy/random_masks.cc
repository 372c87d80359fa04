#include "tests/common/policy/random_masks.h"

#include <algorithm>

namespace weft {
namespace {

SizeMask RandomSizes(int num_loops, bool tile, std::mt19937_64& random) {
  SizeMask mask;
  for (int l = 0; l < num_loops; ++l) {
    // A tile may leave a loop alone; a register tile has a size for each.
    const SizeSet others = static_cast<SizeSet>(random()) & ((1u << kNumSizes) - 2);
    mask.allowed.push_back(others | (tile ? 1u : 2u));
  }
  // Size 2 of loop 0 is within every bound, so that "all zero" can be forbidden.
  mask.allowed[0] |= 4u;
  mask.bounds.push_back({(1u << num_loops) - 1, int64_t{2} << (random() % 12)});
  mask.forbid_all_zero = tile;
  return mask;
}

ActionMask RandomMask(int num_loops, std::mt19937_64& random) {
  ActionMask mask;
  mask.num_loops = num_loops;
  mask.kinds = static_cast<uint32_t>(random()) & ((1u << kNumActionKinds) - 1);
  if (num_loops < 2) mask.kinds &= ~(1u << static_cast<int>(ActionKind::kInterchange));
  if (num_loops == 0) mask.kinds = 0;
  if (mask.kinds == 0) mask.kinds = 1u << static_cast<int>(ActionKind::kStop);
  mask.modes = 1 + static_cast<uint32_t>(random() % ((1u << kNumVectorizeModes) - 1));
  for (int slot = 0; slot < kNumSizeSlots && num_loops > 0; ++slot) {
    mask.sizes[slot] = RandomSizes(num_loops, /*tile=*/slot < 2, random);
  }
  return mask;
}

}  // namespace

Observation RandomObservation(std::mt19937_64& random) {
  Observation observation;
  const int num_loops = static_cast<int>(random() % (kMaxLoops + 1));
  const int others = static_cast<int>(random() % (kMaxTokens - num_loops));
  observation.kinds.push_back(TokenKind::kGlobal);
  observation.kinds.insert(observation.kinds.end(), num_loops, TokenKind::kLoop);
  for (int i = 0; i < others; ++i) {
    observation.kinds.push_back(static_cast<TokenKind>(2 + random() % 3));
  }
  std::uniform_real_distribution<float> feature(-1, 1);
  for (int i = 0; i < observation.num_tokens() * kTokenWidth; ++i) {
    observation.features.push_back(feature(random));
  }
  observation.mask = RandomMask(num_loops, random);
  return observation;
}

}  // namespace weft
