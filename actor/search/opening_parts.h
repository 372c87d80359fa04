// What the parts of an opening are made of, and what the mask before any action tells
// about the loops of a task.
#ifndef WEFT_ACTOR_SEARCH_OPENING_PARTS_H_
#define WEFT_ACTOR_SEARCH_OPENING_PARTS_H_

#include <cstdint>
#include <vector>

#include "common/schedule/action.h"
#include "common/schedule/action_mask.h"

namespace weft {

Action OfKind(ActionKind kind);
Action WithSizes(ActionKind kind, std::vector<int64_t> sizes);
// `size` for one of so many loops, and 0 for the others.
Action Splitting(ActionKind kind, size_t loops, int loop, int64_t size);
// An interchange that leaves so many loops as they are, to be changed.
Action SameOrder(size_t loops);

// The loops of the anchor as its initial mask shows them. Keeps a reference to it.
class InitialLoops {
 public:
  explicit InitialLoops(const ActionMask& mask) : mask_(mask) {}

  size_t count() const { return static_cast<size_t>(mask_.num_loops); }
  // Whether an action of this kind can give the loop a size.
  bool CanSplit(ActionKind kind, int loop) const;
  // Whether parallelize can give the loop this very size, which divides it then; of a
  // loop that vectors run along it offers none below 8.
  bool CanSplitBy(int64_t size, int loop) const;
  // The last loop that tile splits and parallelize does not; -1: none.
  int InnermostReduction() const;
  // The loop that the vectors of a mode run along; -1: none, or no such mode.
  int VectorLoop(VectorizeMode mode) const;
  // The output channels of a convolution: its only loop that can be packed; -1: none.
  int ChannelLoop() const;

 private:
  const ActionMask& mask_;
};

}  // namespace weft

#endif  // WEFT_ACTOR_SEARCH_OPENING_PARTS_H_
