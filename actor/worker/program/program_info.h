// A loaded program as plain data: its operations and the one that gets scheduled.
#ifndef WEFT_ACTOR_WORKER_PROGRAM_PROGRAM_INFO_H_
#define WEFT_ACTOR_WORKER_PROGRAM_PROGRAM_INFO_H_

#include <string>
#include <vector>

#include "actor/worker/program/structured_op.h"
#include "common/schedule/features.h"

namespace weft {

struct ProgramInfo {
  std::string name;                        // For messages; the file name.
  std::vector<StructuredOp> ops;           // In textual order; at least one.
  int anchor_index = 0;                    // In ops.
  std::vector<NeighbourState> neighbours;  // Ops joined to the anchor by a value; <= 8.
  double flops = 0;  // Of the whole program, counting a fused multiply-add as two.
  double bytes = 0;  // Compulsory traffic: every input and output once.

  const StructuredOp& anchor() const { return ops[anchor_index]; }
};

}  // namespace weft

#endif  // WEFT_ACTOR_WORKER_PROGRAM_PROGRAM_INFO_H_
