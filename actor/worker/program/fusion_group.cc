#include "actor/worker/program/fusion_group.h"

#include <algorithm>
#include <limits>

#include "llvm/ADT/STLExtras.h"

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

bool IsMember(const std::vector<mlir::linalg::LinalgOp>& found, mlir::Operation* op) {
  return op != nullptr && IndexOf(found, op) >= 0;
}

// Of the leading dimensions of the output: how many are parallel loops that index the
// same dimension of every operand that a member makes.
int SharedDimensions(const std::vector<mlir::linalg::LinalgOp>& found,
                     mlir::linalg::LinalgOp op) {
  const mlir::AffineMap output = op.getMatchingIndexingMap(op.getDpsInitOperand(0));
  const auto iterators = op.getIteratorTypesArray();
  unsigned shared = 0;
  for (; shared < output.getNumResults(); ++shared) {
    auto loop = mlir::dyn_cast<mlir::AffineDimExpr>(output.getResult(shared));
    if (!loop || iterators[loop.getPosition()] != mlir::utils::IteratorType::parallel) {
      break;
    }
    const bool everywhere = llvm::all_of(op->getOpOperands(), [&](auto& operand) {
      if (!IsMember(found, operand.get().getDefiningOp())) return true;
      const mlir::AffineMap map = op.getMatchingIndexingMap(&operand);
      return map.getNumResults() > shared && map.getResult(shared) == loop;
    });
    if (!everywhere) break;
  }
  return static_cast<int>(shared);
}

// Whether the anchor has more than one tile of so many leading dimensions of its
// output.
bool HasTiles(const StructuredOp& anchor, int shared_dimensions) {
  const auto& dimensions = Output(anchor).coefficients;
  return std::any_of(
      dimensions.begin(), dimensions.begin() + shared_dimensions,
      [&](const auto& d) { return anchor.loops[LoopOfDimension(d)].extent > 1; });
}

// All operations of the function, where the last one reads what the others make and
// nothing else does, and where all of them run over the same rows.
FusionGroup FindRowGroup(const std::vector<mlir::linalg::LinalgOp>& found,
                         const ProgramInfo& info) {
  FusionGroup group;
  group.shared_dimensions = std::numeric_limits<int>::max();
  for (size_t i = 0; i < found.size(); ++i) {
    mlir::linalg::LinalgOp op = found[i];
    const bool last = i + 1 == found.size();
    if (op->getBlock() != found.back()->getBlock() || op.getNumDpsInits() != 1 ||
        (!last && !llvm::all_of(op->getUsers(), [&](mlir::Operation* user) {
          return IsMember(found, user);
        }))) {
      return FusionGroup();
    }
    group.shared_dimensions =
        std::min(group.shared_dimensions, SharedDimensions(found, op));
    const int index = static_cast<int>(i);
    if (index != info.anchor_index) group.members.push_back(index);
  }
  return group.shared_dimensions > 0 ? group : FusionGroup();
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
  if (group.fill >= 0) group.members.push_back(group.fill);
  for (mlir::linalg::LinalgOp reader = PointwiseReader(op); reader;
       reader = PointwiseReader(reader)) {
    const int index = IndexOf(found, reader);
    if (index < 0) break;
    group.members.push_back(index);
  }
  const bool tiles_more_than_rows = anchor.kind == AnchorKind::kContraction ||
                                    anchor.kind == AnchorKind::kConvolution;
  if (!tiles_more_than_rows && group.members.size() + 1 < found.size()) {
    FusionGroup rows = FindRowGroup(found, info);
    rows.fill = group.fill;
    if (!rows.empty() && HasTiles(anchor, rows.shared_dimensions)) return rows;
  }
  if (!group.empty()) {
    group.shared_dimensions = static_cast<int>(Output(anchor).coefficients.size());
  }
  return group;
}

}  // namespace weft
