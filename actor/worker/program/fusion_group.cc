#include "actor/worker/program/fusion_group.h"

#include <algorithm>

namespace weft {
namespace {

int IndexOf(const std::vector<mlir::linalg::LinalgOp>& found, mlir::Operation* op) {
  for (size_t i = 0; i < found.size(); ++i) {
    mlir::Operation* candidate = mlir::linalg::LinalgOp(found[i]);
    if (candidate == op) return static_cast<int>(i);
  }
  return -1;
}

// Every dimension of the anchor's output is one loop, so that a tile of the output is a
// tile of these loops.
bool TilesItsOutput(const StructuredOp& anchor) {
  for (const std::vector<int64_t>& dimension : Output(anchor).coefficients) {
    if (std::count_if(dimension.begin(), dimension.end(),
                      [](int64_t c) { return c != 0; }) != 1) {
      return false;
    }
  }
  return true;
}

// The one operation that reads `producer`, if it does so point by point: its loops are
// the dimensions of what it reads and of what it writes.
mlir::linalg::LinalgOp PointwiseReader(mlir::linalg::LinalgOp producer) {
  if (producer->getNumResults() != 1 || !producer->hasOneUse()) return {};
  mlir::OpOperand& use = *producer->getUses().begin();
  auto reader = mlir::dyn_cast<mlir::linalg::LinalgOp>(use.getOwner());
  if (!reader || reader->getBlock() != producer->getBlock() ||
      reader.getNumParallelLoops() != reader.getNumLoops() ||
      reader.getNumDpsInits() != 1 || reader.isDpsInit(&use) ||
      !reader.getMatchingIndexingMap(&use).isIdentity() ||
      !reader.getMatchingIndexingMap(reader.getDpsInitOperand(0)).isIdentity()) {
    return {};
  }
  return reader;
}

}  // namespace

FusionGroup FindFusionGroup(const std::vector<mlir::linalg::LinalgOp>& found,
                            const ProgramInfo& info) {
  FusionGroup group;
  const StructuredOp& anchor = info.anchor();
  mlir::linalg::LinalgOp op = found[info.anchor_index];
  if (!anchor.affine || op.getNumDpsInits() != 1 || !TilesItsOutput(anchor)) {
    return group;
  }
  auto fill = op.getDpsInits()[0].getDefiningOp<mlir::linalg::FillOp>();
  if (fill) group.fill = IndexOf(found, fill);
  for (mlir::linalg::LinalgOp reader = PointwiseReader(op); reader;
       reader = PointwiseReader(reader)) {
    const int index = IndexOf(found, reader);
    if (index < 0) break;
    group.consumers.push_back(index);
  }
  return group;
}

}  // namespace weft
