// A loaded program as plain data: its operations and the one that gets scheduled.
#ifndef WEFT_ACTOR_WORKER_PROGRAM_PROGRAM_INFO_H_
#define WEFT_ACTOR_WORKER_PROGRAM_PROGRAM_INFO_H_

#include <string>
#include <vector>

#include "actor/worker/program/structured_op.h"
#include "common/schedule/features.h"

namespace weft {

// The operations that can share one loop over tiles of the output with the anchor.
// Entries are indices in ProgramInfo::ops.
struct FusionGroup {
  // Each reads the one before it (the first reads the anchor) where it writes, point by
  // point, and is its only reader. The last one writes what the group leaves behind.
  std::vector<int> consumers;
  int fill = -1;  // What initializes the anchor's output, or -1.

  bool empty() const { return consumers.empty() && fill < 0; }
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

#endif  // WEFT_ACTOR_WORKER_PROGRAM_PROGRAM_INFO_H_
