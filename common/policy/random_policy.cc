#include <cmath>

#include "common/policy/policy.h"

namespace weft {
namespace {

// Draws one of the set bits of `set` and adds its log-probability and entropy to
// `decision`.
int DrawBit(uint32_t set, std::mt19937_64& random, Decision* decision) {
  const int count = __builtin_popcount(set);
  int skip = static_cast<int>(random() % static_cast<uint64_t>(count));
  decision->log_probability -= std::log(static_cast<float>(count));
  decision->entropy += std::log(static_cast<float>(count));
  for (int bit = 0;; ++bit) {
    if ((set >> bit & 1) && skip-- == 0) return bit;
  }
}

}  // namespace

Decision RandomPolicy::Decide(const Observation& observation, Selection,
                              std::mt19937_64& random) const {
  const ActionMask& mask = observation.mask;
  Decision decision;
  Action& action = decision.action;
  action.kind = static_cast<ActionKind>(DrawBit(mask.kinds, random, &decision));
  if (action.kind == ActionKind::kInterchange) {
    for (int depth = 0; depth < mask.num_loops; ++depth) {
      action.order.push_back(
          DrawBit(LegalNextLoops(mask, action.order), random, &decision));
    }
    return decision;
  }
  if (!TakesSizes(action.kind)) return decision;
  if (action.kind == ActionKind::kVectorize) {
    action.mode = static_cast<VectorizeMode>(DrawBit(mask.modes, random, &decision));
  }
  const SizeMask& sizes =
      mask.sizes[SizeSlot(action.kind, action.mode.value_or(VectorizeMode::kContract))];
  for (int loop = 0; loop < mask.num_loops; ++loop) {
    action.sizes.push_back(
        kSizeTable[DrawBit(LegalSizes(sizes, action.sizes), random, &decision)]);
  }
  return decision;
}

}  // namespace weft
