#include "actor/worker/transforms/observe_nest.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "actor/worker/transforms/emission.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"

namespace weft {
namespace {

constexpr size_t kMaxOperands = 8;

// Tiling works in place and adds no operation of the anchor's name, so the anchor keeps
// its position among them until it is marked or a terminal action takes it.
mlir::linalg::LinalgOp FindAnchor(mlir::ModuleOp module, const StructuredOp& anchor,
                                  bool marked) {
  mlir::linalg::LinalgOp found;
  int position = 0;
  module->walk([&](mlir::linalg::LinalgOp op) {
    if (marked) {
      if (!op->hasAttr(kAnchorAttribute)) return mlir::WalkResult::advance();
      found = op;
      return mlir::WalkResult::interrupt();
    }
    if (op->getName().getStringRef() != llvm::StringRef(anchor.name)) {
      return mlir::WalkResult::advance();
    }
    if (position++ != anchor.index) return mlir::WalkResult::advance();
    found = op;
    return mlir::WalkResult::interrupt();
  });
  return found;
}

absl::StatusOr<std::vector<int64_t>> ReadExtents(mlir::ModuleOp module,
                                                 const StructuredOp& anchor,
                                                 const Nest& nest) {
  if (nest.done) return nest.extents;
  mlir::linalg::LinalgOp op =
      FindAnchor(module, anchor, nest.was_packed || nest.was_fused);
  if (!op) {
    return absl::InternalError(absl::StrCat("the anchor ", anchor.name, " number ",
                                            anchor.index, " is not in the IR after ",
                                            ToString(nest.history)));
  }
  const auto ranges = op.getStaticLoopRanges();
  std::vector<int64_t> extents(ranges.begin(), ranges.end());
  if (extents != nest.extents) {
    return absl::InternalError(absl::StrCat(
        "extents of ", anchor.name, " after ", ToString(nest.history), ": expected ",
        absl::StrJoin(nest.extents, "x"), ", got ", absl::StrJoin(extents, "x")));
  }
  return extents;
}

std::vector<LoopState> DescribeLoops(const Nest& nest,
                                     const std::vector<int64_t>& extents) {
  std::vector<LoopState> loops(nest.op.loops.size());
  const int contiguous = ContiguousLoop(Output(nest.op));
  for (size_t i = 0; i < loops.size(); ++i) {
    loops[i].full_extent = nest.full_extents[i];
    loops[i].extent = extents[i];
    loops[i].reduction = nest.reduction[i];
    loops[i].parallelized = nest.parallelized[i];
    loops[i].times_tiled = nest.times_tiled[i];
    loops[i].output_contiguous = static_cast<int>(i) == contiguous;
  }
  for (size_t depth = 0; depth < nest.pending_order.size(); ++depth) {
    loops[nest.pending_order[depth]].pending_depth = static_cast<int>(depth);
  }
  return loops;
}

}  // namespace

absl::StatusOr<NestState> ObserveNest(mlir::ModuleOp module, const ProgramInfo& program,
                                      const Nest& nest, const MachineModel& machine) {
  const StructuredOp& anchor = program.anchor();
  NestState state;
  state.anchor = anchor.kind;
  absl::StatusOr<std::vector<int64_t>> extents = ReadExtents(module, anchor, nest);
  if (!extents.ok()) return extents.status();
  state.loops = DescribeLoops(nest, *extents);
  for (const OperandInfo& operand : nest.op.operands) {
    if (state.operands.size() == kMaxOperands) break;
    OperandState described;
    described.output = operand.output;
    described.element_bytes = operand.element_bytes;
    described.stride = operand.stride;
    described.elements = operand.elements;
    described.tile_elements = TileElements(operand, *extents);
    state.operands.push_back(std::move(described));
  }
  for (const WindowAxis& axis : anchor.window) {
    state.window_strides.push_back(axis.stride);
    state.window_dilations.push_back(axis.dilation);
    state.window_extents.push_back(anchor.loops[axis.window_loop].extent);
  }
  state.neighbours = program.neighbours;
  state.flops = program.flops;
  state.bytes = program.bytes;
  state.history = nest.history;
  state.machine = machine;
  return state;
}

}  // namespace weft
