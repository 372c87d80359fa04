#include "actor/search/action_repair.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>

namespace weft {
namespace {

// Distance of two sizes. Leaving a loop alone is far from any split: to split where
// nobody wanted it adds a loop, and to take a split away removes one.
double Distance(int64_t wanted, int64_t size) {
  if (wanted == size) return 0;
  if (wanted == 0 || size == 0) return 16 + static_cast<double>(wanted + size) / 1024;
  return std::abs(std::log2(static_cast<double>(wanted) / static_cast<double>(size)));
}

int64_t Nearest(SizeSet legal, int64_t wanted) {
  int64_t nearest = 0;
  double least = std::numeric_limits<double>::infinity();
  for (int j = 0; j < kNumSizes; ++j) {
    if (!(legal >> j & 1)) continue;
    const double distance = Distance(wanted, kSizeTable[j]);
    if (distance < least) {
      least = distance;
      nearest = kSizeTable[j];
    }
  }
  return nearest;
}

// Takes the loops in the wanted order where that is legal, else the first legal one.
std::vector<int> NearestOrder(const ActionMask& mask, const std::vector<int>& wanted) {
  const int num_loops = mask.num_loops;
  std::vector<int> order;
  while (static_cast<int>(order.size()) < num_loops) {
    const uint32_t legal = LegalNextLoops(mask, order);
    int next = -1;
    for (int loop : wanted) {
      if (loop < num_loops && (legal >> loop & 1)) {
        next = loop;
        break;
      }
    }
    for (int loop = 0; next < 0 && loop < num_loops; ++loop) {
      if (legal >> loop & 1) next = loop;
    }
    order.push_back(next);
  }
  return order;
}

std::optional<VectorizeMode> NearestMode(const ActionMask& mask,
                                         std::optional<VectorizeMode> wanted) {
  if (wanted && mask.Allows(*wanted)) return wanted;
  for (int m = 0; m < kNumVectorizeModes; ++m) {
    if (mask.Allows(static_cast<VectorizeMode>(m)))
      return static_cast<VectorizeMode>(m);
  }
  return std::nullopt;
}

}  // namespace

std::vector<int64_t> NearestSizes(const SizeMask& mask,
                                  const std::vector<int64_t>& wanted) {
  std::vector<int64_t> sizes;
  while (sizes.size() < mask.allowed.size()) {
    const int64_t size = sizes.size() < wanted.size() ? wanted[sizes.size()] : 0;
    sizes.push_back(Nearest(LegalSizes(mask, sizes), size));
  }
  return sizes;
}

bool ChangesNothing(const ActionMask& mask, const Action& wanted) {
  if (wanted.kind != ActionKind::kInterchange) return false;
  std::vector<int> moving;
  for (const int loop : wanted.order) {
    const bool here = loop >= 0 && loop < mask.num_loops;
    if (here && (mask.unit_loops >> loop & 1) == 0) moving.push_back(loop);
  }
  return std::is_sorted(moving.begin(), moving.end());
}

std::optional<Action> RepairAction(const ActionMask& mask, const Action& wanted) {
  if (!mask.Allows(wanted.kind)) return std::nullopt;
  Action action;
  action.kind = wanted.kind;
  if (action.kind == ActionKind::kInterchange) {
    action.order = NearestOrder(mask, wanted.order);
    return action;
  }
  if (!TakesSizes(action.kind)) return action;
  if (action.kind == ActionKind::kVectorize) {
    action.mode = NearestMode(mask, wanted.mode);
    if (!action.mode) return std::nullopt;
  }
  const int slot =
      SizeSlot(action.kind, action.mode.value_or(VectorizeMode::kContract));
  action.sizes = NearestSizes(mask.sizes[slot], wanted.sizes);
  return action;
}

}  // namespace weft
