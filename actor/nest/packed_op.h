// What an operation is after some of its loops were packed, as plain data.
#ifndef WEFT_ACTOR_NEST_PACKED_OP_H_
#define WEFT_ACTOR_NEST_PACKED_OP_H_

#include <cstdint>
#include <vector>

#include "actor/nest/structured_op.h"

namespace weft {

// The loops that can be packed, as bits. Packing a loop adds a dimension, the inside of
// a panel, to every operand that moves with it.
struct PackableLoops {
  // Vectors will run along the inside of these panels. Some loop here must be packed.
  uint32_t vectors = 0;
  // Rows of a register tile; they come before every loop of `vectors`, so that the
  // inside of their panels is not the contiguous dimension of the output.
  uint32_t rows = 0;
};

// Nothing but for contractions and convolutions. A loop is packable when it is
// parallel, some input does not move with it (else there is nothing to reuse), and no
// operand that moves with it is indexed by sums of loops.
PackableLoops FindPackableLoops(const StructuredOp& op);

// Whether `operand` moves with a loop whose size is not 0.
bool IsPacked(const OperandInfo& operand, const std::vector<int64_t>& sizes);

// The order of the operand's outer dimensions in which a panel is read from front to
// back: dimensions of parallel loops first, those of reductions after them.
std::vector<int64_t> PanelOrder(const StructuredOp& op, const OperandInfo& operand);

// The linalg.generic that packing makes of `op` with loops of `extents`: each loop with
// a size that is not 0 counts panels (the last one may be padded), and a new loop over
// the inside of its panels comes last. Requires loops of FindPackableLoops.
StructuredOp PackedOp(const StructuredOp& op, const std::vector<int64_t>& extents,
                      const std::vector<int64_t>& sizes);

}  // namespace weft

#endif  // WEFT_ACTOR_NEST_PACKED_OP_H_
