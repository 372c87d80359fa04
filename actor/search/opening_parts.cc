#include "actor/search/opening_parts.h"

#include <numeric>
#include <utility>

#include "actor/search/register_tiles.h"

namespace weft {
namespace {

// Of kinds other than vectorize, no matter what.
constexpr VectorizeMode kAnyMode = VectorizeMode::kContract;

SizeSet Allowed(const ActionMask& mask, ActionKind kind, int loop) {
  if (!mask.Allows(kind)) return 0;
  return mask.sizes[SizeSlot(kind, kAnyMode)].allowed[static_cast<size_t>(loop)];
}

}  // namespace

Action OfKind(ActionKind kind) {
  Action action;
  action.kind = kind;
  return action;
}

Action WithSizes(ActionKind kind, std::vector<int64_t> sizes) {
  Action action = OfKind(kind);
  action.sizes = std::move(sizes);
  return action;
}

Action Splitting(ActionKind kind, size_t loops, int loop, int64_t size) {
  std::vector<int64_t> sizes(loops, 0);
  sizes[static_cast<size_t>(loop)] = size;
  return WithSizes(kind, std::move(sizes));
}

Action SameOrder(size_t loops) {
  Action action = OfKind(ActionKind::kInterchange);
  action.order.resize(loops);
  std::iota(action.order.begin(), action.order.end(), 0);
  return action;
}

bool InitialLoops::CanSplit(ActionKind kind, int loop) const {
  return (Allowed(mask_, kind, loop) & ~SizeSet{1}) != 0;
}

bool InitialLoops::CanSplitBy(int64_t size, int loop) const {
  return Allowed(mask_, ActionKind::kParallelize, loop) >> SizeIndex(size) & 1;
}

int InitialLoops::InnermostReduction() const {
  if (!mask_.Allows(ActionKind::kParallelize)) return -1;
  for (int loop = mask_.num_loops - 1; loop >= 0; --loop) {
    if (CanSplit(ActionKind::kTile, loop) &&
        !CanSplit(ActionKind::kParallelize, loop)) {
      return loop;
    }
  }
  return -1;
}

int InitialLoops::VectorLoop(VectorizeMode mode) const {
  if (!mask_.Allows(mode)) return -1;
  return VectorLoopOf(mask_.sizes[SizeSlot(ActionKind::kVectorize, mode)]);
}

int InitialLoops::ChannelLoop() const {
  for (int loop = 0; loop < mask_.num_loops; ++loop) {
    if (CanSplit(ActionKind::kPack, loop)) return loop;
  }
  return -1;
}

}  // namespace weft
