#include "actor/worker/transforms/observe_nest.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "actor/nest/nest_state.h"
#include "actor/worker/transforms/emission.h"
#include "actor/worker/transforms/read_anchor.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"

namespace weft {
namespace {

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

}  // namespace

absl::StatusOr<NestState> ObserveNest(mlir::ModuleOp module, const ProgramInfo& program,
                                      const Nest& nest, const MachineModel& machine,
                                      int threads) {
  NestState state = DescribeNest(program, nest, machine, threads);
  // Once the anchor has become vectors or loops there is nothing to read.
  if (nest.done) return state;
  absl::StatusOr<AnchorReading> reading = Read(module, program.anchor(), nest);
  if (!reading.ok()) return reading.status();
  for (size_t i = 0; i < state.loops.size(); ++i) {
    state.loops[i].extent = reading->extents[i];
    state.loops[i].reduction = reading->reduction[i];
  }
  state.outer_loops = std::move(reading->outer_loops);
  state.operands = std::move(reading->operands);
  if (state.operands.size() > kMaxObservedOperands)
    state.operands.resize(kMaxObservedOperands);
  return state;
}

}  // namespace weft
