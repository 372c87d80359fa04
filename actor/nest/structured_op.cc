#include "actor/nest/structured_op.h"

namespace weft {

int LoopOfDimension(const std::vector<int64_t>& dimension) {
  for (size_t i = 0; i < dimension.size(); ++i) {
    if (dimension[i] != 0) return static_cast<int>(i);
  }
  return -1;
}

int ContiguousLoop(const OperandInfo& operand) {
  // Of two loops that share the last dimension the output position is the outer one.
  return operand.coefficients.empty() ? -1
                                      : LoopOfDimension(operand.coefficients.back());
}

const OperandInfo& Output(const StructuredOp& op) { return op.operands.back(); }

}  // namespace weft
