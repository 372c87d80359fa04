#include "actor/nest/nest_state.h"

#include <algorithm>
#include <utility>

namespace weft {
namespace {

std::vector<LoopState> DescribeLoops(const Nest& nest) {
  std::vector<LoopState> loops(nest.op.loops.size());
  const int contiguous = ContiguousLoop(Output(nest.op));
  for (size_t i = 0; i < loops.size(); ++i) {
    loops[i].full_extent = nest.full_extents[i];
    loops[i].extent = nest.extents[i];
    loops[i].reduction = nest.reduction[i];
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

OperandState DescribeOperand(const OperandInfo& operand) {
  OperandState state;
  state.output = operand.output;
  state.element_bytes = operand.element_bytes;
  state.elements = operand.elements;
  state.stride = operand.stride;
  state.dimensions = operand.coefficients;
  return state;
}

}  // namespace

NestState DescribeNest(const ProgramInfo& program, const Nest& nest,
                       const MachineModel& machine, int threads) {
  const StructuredOp& anchor = program.anchor();
  NestState state;
  state.anchor = anchor.kind;
  state.loops = DescribeLoops(nest);
  if (!nest.done) state.outer_loops = nest.outer_loops;
  const size_t operands = std::min(nest.op.operands.size(), kMaxObservedOperands);
  for (size_t i = 0; i < operands; ++i) {
    state.operands.push_back(DescribeOperand(nest.op.operands[i]));
  }
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
