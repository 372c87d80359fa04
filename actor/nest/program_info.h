// A loaded program as plain data: its operations and the one that gets scheduled.
#ifndef WEFT_ACTOR_NEST_PROGRAM_INFO_H_
#define WEFT_ACTOR_NEST_PROGRAM_INFO_H_

#include <algorithm>
#include <string>
#include <vector>

#include "actor/nest/structured_op.h"
#include "common/schedule/features.h"

namespace weft {

// The operations that can share one loop over tiles with the anchor. Entries are
// indices in ProgramInfo::ops.
struct FusionGroup {
  // All but the anchor, in textual order. The last one, or the anchor where that comes
  // later, writes what the group leaves behind; only members read the others.
  std::vector<int> members;
  int fill = -1;  // Of the members: what initializes the anchor's output, or -1.
  // Whether the fill is of +0, which is also what pads panels that do not divide their
  // loops: upstream makes a fill of a padded pack of a fill of that value alone.
  bool fills_with_zero = false;
  // Whether bands around the anchor can take the fill along: the transform that does so
  // takes along everything that makes a tensor of either, to be computed anew for every
  // tile, and the fill makes the only one. Nothing else reads it.
  bool bands_take_fill = false;
  // Of the members behind the anchor, the first ones that bands can take along as well,
  // in order: vectorizable ones, all that they read besides the one before is given.
  struct Reader {
    int op = 0;
    int operand = 0;  // Where it reads the one before it.
  };
  std::vector<Reader> epilogue;
  // Tiles of this many leading dimensions of the anchor's output are the same tiles of
  // every tensor that a member hands to another: 2 for a matmul and what it is biased
  // with, 1 (the rows) for a softmax.
  int shared_dimensions = 0;

  bool empty() const { return members.empty(); }
  bool Contains(int op) const {
    return std::find(members.begin(), members.end(), op) != members.end();
  }
};

struct ProgramInfo {
  std::string name;                        // For messages; the file name.
  std::vector<StructuredOp> ops;           // In textual order; at least one.
  int anchor_index = 0;                    // In ops.
  std::vector<NeighbourState> neighbours;  // Ops joined to the anchor by a value; <= 8.
  FusionGroup fusion;
  double flops = 0;  // Of the whole program, counting a fused multiply-add as two.
  double bytes = 0;  // Compulsory traffic: every input and output once.

  const StructuredOp& anchor() const { return ops[anchor_index]; }
};

}  // namespace weft

#endif  // WEFT_ACTOR_NEST_PROGRAM_INFO_H_
