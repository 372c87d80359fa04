// What scheduling needs to know of one linalg operation, as plain data without MLIR, so
// that transforms and masks compile fast and can be tested on their own.
#ifndef WEFT_ACTOR_NEST_STRUCTURED_OP_H_
#define WEFT_ACTOR_NEST_STRUCTURED_OP_H_

#include <cstdint>
#include <string>
#include <vector>

#include "common/schedule/features.h"

namespace weft {

// One loop of the iteration space, outermost first.
struct LoopInfo {
  int64_t extent = 1;
  bool reduction = false;
};

// How a tensor operand is indexed by the loops.
struct OperandInfo {
  bool output = false;
  int element_bytes = 4;
  int64_t elements = 1;
  // coefficients[d][i]: how far index d of the tensor moves per step of loop i.
  std::vector<std::vector<int64_t>> coefficients;
  // Elements in memory per step of each loop; the tensor is row-major.
  std::vector<int64_t> stride;
};

// A pair of loops that index one tensor dimension together: the output position, times
// `stride`, plus the position in the window, times `dilation`.
struct WindowAxis {
  int position_loop = 0;
  int window_loop = 0;
  int64_t stride = 1;
  int64_t dilation = 1;
};

// An operation of the linalg dialect with static extents.
struct StructuredOp {
  std::string name;  // Such as linalg.matmul.
  // Position among the function's operations of this name in the order that
  // transform.structured.match finds them, and how many there are.
  int index = 0;
  int count = 1;
  AnchorKind kind = AnchorKind::kOther;
  bool fill = false;
  bool transpose = false;
  std::vector<LoopInfo> loops;
  std::vector<OperandInfo> operands;  // Tensors alone, inputs first.
  std::vector<WindowAxis> window;     // Empty but for convolution and pooling.
  // Every index is a sum of loops times constants. Without it nothing is offered but
  // stop.
  bool affine = true;
  // Every index is one loop and the upstream vectorizer's conditions hold as it is.
  bool vectorizable = false;
  // Its values depend on the loops' indices, which packing and split reductions change
  // upstream.
  bool reads_indices = false;
  // One reduction loop, one output, one combining operation: partial results can be
  // kept.
  bool splittable_reduction = false;
  double flops = 0;

  int num_loops() const { return static_cast<int>(loops.size()); }
};

// The loop that the unit stride of `operand` moves with, or -1.
int ContiguousLoop(const OperandInfo& operand);

// The first loop that a dimension's index moves with, given its coefficients, or -1.
int LoopOfDimension(const std::vector<int64_t>& dimension);

// The output; every op has one.
const OperandInfo& Output(const StructuredOp& op);

}  // namespace weft

#endif  // WEFT_ACTOR_NEST_STRUCTURED_OP_H_
