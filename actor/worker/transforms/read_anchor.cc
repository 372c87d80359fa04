#include "actor/worker/transforms/read_anchor.h"

#include <algorithm>
#include <utility>

#include "actor/worker/program/analyze_op.h"
#include "actor/worker/transforms/outer_loops.h"
#include "actor/worker/transforms/tensor_origin.h"

namespace weft {
namespace {

// Elements in memory per step of each loop, for a row-major tensor of this type.
std::vector<int64_t> Strides(mlir::RankedTensorType type,
                             const std::vector<std::vector<int64_t>>& dimensions,
                             unsigned loops) {
  std::vector<int64_t> strides(loops, 0);
  int64_t below = 1;  // Elements of the dimensions after this one.
  for (size_t d = dimensions.size(); d-- > 0;) {
    for (unsigned i = 0; i < loops; ++i) strides[i] += dimensions[d][i] * below;
    below *= type.getDimSize(d);
  }
  return strides;
}

OperandState ReadOperand(mlir::linalg::LinalgOp anchor, mlir::OpOperand& operand) {
  const mlir::Value whole = OriginOf(operand.get());
  auto type = mlir::cast<mlir::RankedTensorType>(whole.getType());
  OperandState state;
  state.output = anchor.isDpsInit(&operand);
  state.element_bytes = static_cast<int>(type.getElementTypeBitWidth() / 8);
  state.elements = type.getNumElements();
  state.dimensions = IndexCoefficients(anchor.getMatchingIndexingMap(&operand));
  state.stride = Strides(type, state.dimensions, anchor.getNumLoops());
  return state;
}

}  // namespace

AnchorReading ReadAnchor(mlir::linalg::LinalgOp anchor) {
  AnchorReading reading;
  const auto ranges = anchor.getStaticLoopRanges();
  reading.extents.assign(ranges.begin(), ranges.end());
  for (mlir::utils::IteratorType iterator : anchor.getIteratorTypesArray()) {
    reading.reduction.push_back(iterator == mlir::utils::IteratorType::reduction);
  }
  for (mlir::OpOperand& operand : anchor->getOpOperands()) {
    if (!mlir::isa<mlir::RankedTensorType>(operand.get().getType())) continue;
    reading.operands.push_back(ReadOperand(anchor, operand));
  }
  reading.outer_loops = FindOuterLoops(anchor);
  return reading;
}

}  // namespace weft
