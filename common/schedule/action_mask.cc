#include "common/schedule/action_mask.h"

#include <algorithm>
#include <limits>

#include "absl/strings/str_cat.h"

namespace weft {
namespace {

int64_t AsFactor(int64_t size) { return std::max<int64_t>(size, 1); }

int64_t SmallestFactor(SizeSet set) {
  int64_t smallest = std::numeric_limits<int64_t>::max();
  for (int j = 0; j < kNumSizes; ++j) {
    if (set >> j & 1) smallest = std::min(smallest, AsFactor(kSizeTable[j]));
  }
  return smallest;
}

// The largest factor that loop `loop` may take under `bound` when the loops after it
// take their smallest.
int64_t Budget(const SizeMask& mask, const ProductBound& bound, size_t loop,
               const std::vector<int64_t>& chosen) {
  int64_t product = 1;
  for (size_t i = 0; i < mask.allowed.size(); ++i) {
    if (i == loop || !(bound.loops >> i & 1)) continue;
    product *= i < loop ? AsFactor(chosen[i]) : SmallestFactor(mask.allowed[i]);
  }
  return bound.max_product / product;
}

SizeSet WithinBounds(const SizeMask& mask, size_t loop,
                     const std::vector<int64_t>& chosen) {
  int64_t budget = std::numeric_limits<int64_t>::max();
  for (const ProductBound& bound : mask.bounds) {
    if (bound.loops >> loop & 1) {
      budget = std::min(budget, Budget(mask, bound, loop, chosen));
    }
  }
  SizeSet legal = 0;
  for (int j = 0; j < kNumSizes; ++j) {
    if ((mask.allowed[loop] >> j & 1) && AsFactor(kSizeTable[j]) <= budget) {
      legal |= SizeSet{1} << j;
    }
  }
  return legal;
}

constexpr SizeSet kZeroSize = 1;  // kSizeTable[0] is 0.

// Whether some loop after `loop` can still take a size other than 0.
bool LaterLoopCanBeNonZero(const SizeMask& mask, size_t loop,
                           const std::vector<int64_t>& chosen) {
  std::vector<int64_t> extended = chosen;
  extended.push_back(0);
  for (size_t i = loop + 1; i < mask.allowed.size(); ++i) {
    if (WithinBounds(mask, i, extended) & ~kZeroSize) return true;
    extended.push_back(0);
  }
  return false;
}

}  // namespace

int SizeSlot(ActionKind kind, VectorizeMode mode) {
  switch (kind) {
    case ActionKind::kParallelize:
      return 0;
    case ActionKind::kTile:
      return 1;
    case ActionKind::kPack:
      return 2 + kNumVectorizeModes;
    default:
      return 2 + static_cast<int>(mode);
  }
}

SizeSet LegalSizes(const SizeMask& mask, const std::vector<int64_t>& chosen) {
  const size_t loop = chosen.size();
  SizeSet legal = WithinBounds(mask, loop, chosen);
  const bool all_zero_so_far =
      std::all_of(chosen.begin(), chosen.end(), [](int64_t s) { return s == 0; });
  if (mask.forbid_all_zero && all_zero_so_far &&
      !LaterLoopCanBeNonZero(mask, loop, chosen)) {
    legal &= ~kZeroSize;
  }
  return legal;
}

uint32_t LegalNextLoops(const ActionMask& mask, const std::vector<int>& chosen) {
  uint32_t legal = (uint32_t{1} << mask.num_loops) - 1;
  uint32_t moving = legal & ~mask.unit_loops;  // Not chosen yet.
  bool as_before = true;
  for (const int loop : chosen) {
    const uint32_t bit = uint32_t{1} << loop;
    legal &= ~bit;
    if ((moving & bit) == 0) continue;
    as_before &= (moving & (bit - 1)) == 0;
    moving &= ~bit;
  }
  // After the first of two the other one can only follow.
  const uint32_t first = moving & (~moving + 1);
  const uint32_t others = moving & ~first;
  const bool two_are_left = others != 0 && (others & (others - 1)) == 0;
  if (as_before && two_are_left) legal &= ~first;
  return legal;
}

absl::Status CheckLegal(const ActionMask& mask, const Action& action) {
  const auto illegal = [&](absl::string_view part) {
    return absl::InvalidArgumentError(
        absl::StrCat("illegal action ", ToString(action), ": ", part));
  };
  if (!mask.Allows(action.kind)) return illegal("this kind is masked here");
  if (action.kind == ActionKind::kInterchange) {
    if (static_cast<int>(action.order.size()) != mask.num_loops) {
      return illegal(absl::StrCat("the order must name ", mask.num_loops, " loops"));
    }
    std::vector<int> chosen;
    for (int loop : action.order) {
      if (loop < 0 || loop >= mask.num_loops ||
          !(LegalNextLoops(mask, chosen) >> loop & 1)) {
        return illegal("the order changes nothing or is not a permutation");
      }
      chosen.push_back(loop);
    }
    return absl::OkStatus();
  }
  if (!TakesSizes(action.kind)) return absl::OkStatus();
  if (action.kind == ActionKind::kVectorize &&
      (!action.mode || !mask.Allows(*action.mode))) {
    return illegal("this mode is masked here");
  }
  const SizeMask& sizes =
      mask.sizes[SizeSlot(action.kind, action.mode.value_or(VectorizeMode::kContract))];
  if (static_cast<int>(action.sizes.size()) != mask.num_loops ||
      sizes.allowed.size() != action.sizes.size()) {
    return illegal(
        absl::StrCat("there must be one size for each of ", mask.num_loops, " loops"));
  }
  std::vector<int64_t> chosen;
  for (int64_t size : action.sizes) {
    const int index = SizeIndex(size);
    if (index < 0 || !(LegalSizes(sizes, chosen) >> index & 1)) {
      return illegal(
          absl::StrCat("size ", size, " of loop ", chosen.size(), " is masked here"));
    }
    chosen.push_back(size);
  }
  return absl::OkStatus();
}

}  // namespace weft
