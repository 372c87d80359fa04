#include "actor/worker/transforms/observe_nest.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "actor/worker/transforms/emission.h"
#include "actor/worker/transforms/read_anchor.h"
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

absl::StatusOr<AnchorReading> Read(mlir::ModuleOp module, const StructuredOp& anchor,
                                   const Nest& nest) {
  mlir::linalg::LinalgOp op =
      FindAnchor(module, anchor, nest.was_packed || nest.was_fused);
  if (!op) {
    return absl::InternalError(absl::StrCat("the anchor ", anchor.name, " number ",
                                            anchor.index, " is not in the IR after ",
                                            ToString(nest.history)));
  }
  AnchorReading reading = ReadAnchor(op);
  if (reading.extents != nest.extents) {
    return absl::InternalError(absl::StrCat("extents of ", anchor.name, " after ",
                                            ToString(nest.history), ": expected ",
                                            absl::StrJoin(nest.extents, "x"), ", got ",
                                            absl::StrJoin(reading.extents, "x")));
  }
  return reading;
}

// What there is to say when the anchor has become vectors or loops.
AnchorReading FromNest(const Nest& nest) {
  AnchorReading reading;
  reading.extents = nest.extents;
  reading.reduction = nest.reduction;
  for (const OperandInfo& operand : nest.op.operands) {
    OperandState state;
    state.output = operand.output;
    state.element_bytes = operand.element_bytes;
    state.elements = operand.elements;
    state.stride = operand.stride;
    state.dimensions = operand.coefficients;
    reading.operands.push_back(std::move(state));
  }
  return reading;
}

std::vector<LoopState> DescribeLoops(const Nest& nest, const AnchorReading& reading) {
  std::vector<LoopState> loops(nest.op.loops.size());
  const int contiguous = ContiguousLoop(Output(nest.op));
  for (size_t i = 0; i < loops.size(); ++i) {
    loops[i].full_extent = nest.full_extents[i];
    loops[i].extent = reading.extents[i];
    loops[i].reduction = reading.reduction[i];
    loops[i].parallelized = nest.parallelized[i];
    loops[i].times_tiled = nest.times_tiled[i];
    loops[i].output_contiguous = static_cast<int>(i) == contiguous;
    loops[i].counts_panels = nest.counts_panels[i];
    loops[i].inside_panel = nest.inside_panel[i];
  }
  for (size_t depth = 0; depth < nest.pending_order.size(); ++depth) {
    loops[nest.pending_order[depth]].pending_depth = static_cast<int>(depth);
  }
  return loops;
}

}  // namespace

absl::StatusOr<NestState> ObserveNest(mlir::ModuleOp module, const ProgramInfo& program,
                                      const Nest& nest, const MachineModel& machine,
                                      int threads) {
  const StructuredOp& anchor = program.anchor();
  absl::StatusOr<AnchorReading> reading =
      nest.done ? FromNest(nest) : Read(module, anchor, nest);
  if (!reading.ok()) return reading.status();
  NestState state;
  state.anchor = anchor.kind;
  state.loops = DescribeLoops(nest, *reading);
  state.outer_loops = std::move(reading->outer_loops);
  state.operands = std::move(reading->operands);
  if (state.operands.size() > kMaxOperands) state.operands.resize(kMaxOperands);
  for (const WindowAxis& axis : anchor.window) {
    state.window_strides.push_back(axis.stride);
    state.window_dilations.push_back(axis.dilation);
    state.window_extents.push_back(anchor.loops[axis.window_loop].extent);
  }
  state.neighbours = program.neighbours;
  for (NeighbourState& neighbour : state.neighbours) {
    neighbour.fused = neighbour.fusable && nest.was_fused;
  }
  state.flops = program.flops;
  state.bytes = program.bytes;
  state.threads = threads;
  state.history = nest.history;
  state.machine = machine;
  return state;
}

}  // namespace weft
