#include "actor/nest/packed_op.h"

#include <algorithm>

namespace weft {
namespace {

int LoopsOf(const std::vector<int64_t>& dimension) {
  return static_cast<int>(std::count_if(dimension.begin(), dimension.end(),
                                        [](int64_t c) { return c != 0; }));
}

bool MovesWith(const OperandInfo& operand, int loop) {
  return std::any_of(operand.coefficients.begin(), operand.coefficients.end(),
                     [loop](const auto& dimension) { return dimension[loop] != 0; });
}

// Every dimension is one loop, step by step.
bool IsProjection(const OperandInfo& operand) {
  return std::all_of(operand.coefficients.begin(), operand.coefficients.end(),
                     [](const auto& dimension) {
                       return LoopsOf(dimension) == 1 &&
                              dimension[LoopOfDimension(dimension)] == 1;
                     });
}

bool IsPackable(const StructuredOp& op, int loop) {
  if (op.loops[loop].reduction || !MovesWith(Output(op), loop)) return false;
  bool reused = false;
  for (const OperandInfo& operand : op.operands) {
    if (!MovesWith(operand, loop)) {
      reused = true;
    } else if (!IsProjection(operand)) {
      return false;
    }
  }
  return reused;
}

OperandInfo PackedOperand(const StructuredOp& op, const OperandInfo& operand,
                          const std::vector<int64_t>& extents,
                          const std::vector<int64_t>& sizes,
                          const std::vector<LoopInfo>& loops) {
  OperandInfo packed = operand;
  packed.coefficients.clear();
  packed.stride.resize(loops.size(), 0);
  std::vector<std::vector<int64_t>> outer;
  for (const std::vector<int64_t>& dimension : operand.coefficients) {
    outer.push_back(dimension);
    outer.back().resize(loops.size(), 0);
  }
  if (!IsPacked(operand, sizes)) {
    packed.coefficients = std::move(outer);
    return packed;
  }
  if (operand.output) {
    packed.coefficients = std::move(outer);
  } else {
    for (int64_t d : PanelOrder(op, operand)) packed.coefficients.push_back(outer[d]);
  }
  int inside = static_cast<int>(extents.size());
  for (size_t i = 0; i < extents.size(); ++i) {
    if (sizes[i] == 0) continue;
    if (MovesWith(operand, static_cast<int>(i))) {
      std::vector<int64_t> dimension(loops.size(), 0);
      dimension[inside] = 1;
      packed.coefficients.push_back(std::move(dimension));
    }
    ++inside;
  }
  packed.stride.assign(loops.size(), 0);
  packed.elements = 1;
  for (auto dimension = packed.coefficients.rbegin();
       dimension != packed.coefficients.rend(); ++dimension) {
    const int loop = LoopOfDimension(*dimension);
    packed.stride[loop] = packed.elements;
    packed.elements *= loops[loop].extent;
  }
  return packed;
}

}  // namespace

PackableLoops FindPackableLoops(const StructuredOp& op) {
  PackableLoops packable;
  if (!op.affine || op.reads_indices ||
      (op.kind != AnchorKind::kContraction && op.kind != AnchorKind::kConvolution)) {
    return packable;
  }
  uint32_t loops = 0;
  for (int i = 0; i < op.num_loops(); ++i) {
    if (IsPackable(op, i)) loops |= uint32_t{1} << i;
  }
  // A channels-first convolution has its output columns contiguous, which cannot be
  // packed; its channels become the contiguous dimension.
  const int contiguous = ContiguousLoop(Output(op));
  packable.vectors = contiguous >= 0 && (loops >> contiguous & 1)
                         ? uint32_t{1} << contiguous
                     : op.kind == AnchorKind::kConvolution ? loops
                                                           : 0;
  if (packable.vectors == 0 || op.kind == AnchorKind::kConvolution) return packable;
  packable.rows = loops & ((uint32_t{1} << contiguous) - 1);
  return packable;
}

bool IsPacked(const OperandInfo& operand, const std::vector<int64_t>& sizes) {
  for (size_t i = 0; i < sizes.size(); ++i) {
    if (sizes[i] != 0 && MovesWith(operand, static_cast<int>(i))) return true;
  }
  return false;
}

std::vector<int64_t> PanelOrder(const StructuredOp& op, const OperandInfo& operand) {
  std::vector<int64_t> order;
  for (const bool reductions : {false, true}) {
    for (size_t d = 0; d < operand.coefficients.size(); ++d) {
      const int loop = LoopOfDimension(operand.coefficients[d]);
      if (op.loops[loop].reduction == reductions) {
        order.push_back(static_cast<int64_t>(d));
      }
    }
  }
  return order;
}

StructuredOp PackedOp(const StructuredOp& op, const std::vector<int64_t>& extents,
                      const std::vector<int64_t>& sizes) {
  StructuredOp packed = op;
  packed.name = "linalg.generic";
  packed.splittable_reduction = false;
  for (size_t i = 0; i < extents.size(); ++i) {
    packed.loops[i].extent =
        sizes[i] == 0 ? extents[i] : (extents[i] + sizes[i] - 1) / sizes[i];
  }
  for (size_t i = 0; i < extents.size(); ++i) {
    if (sizes[i] != 0) packed.loops.push_back({sizes[i], false});
  }
  packed.operands.clear();
  for (const OperandInfo& operand : op.operands) {
    packed.operands.push_back(PackedOperand(op, operand, extents, sizes, packed.loops));
  }
  return packed;
}

}  // namespace weft
