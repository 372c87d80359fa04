#include "actor/worker/program/fusion_group.h"

#include <algorithm>
#include <limits>

#include "llvm/ADT/STLExtras.h"
#include "mlir/IR/Matchers.h"

namespace weft {
namespace {

int IndexOf(const std::vector<mlir::linalg::LinalgOp>& found, mlir::Operation* op) {
  for (size_t i = 0; i < found.size(); ++i) {
    mlir::Operation* candidate = mlir::linalg::LinalgOp(found[i]);
    if (candidate == op) return static_cast<int>(i);
  }
  return -1;
}

// Every dimension of the anchor's output is a loop of its own, so that tiles of these
// loops are tiles of the output and cover all of it. A diagonal, or every other
// element, would leave what lies between them without the fill.
bool TilesItsOutput(mlir::linalg::LinalgOp anchor) {
  return anchor.getMatchingIndexingMap(anchor.getDpsInitOperand(0))
      .isProjectedPermutation();
}

// No operation computes it: an argument, a constant, an empty tensor.
bool IsGiven(mlir::Value value) {
  mlir::Operation* maker = value.getDefiningOp();
  return maker == nullptr || maker->getNumOperands() == 0;
}

bool BandsTakeFill(mlir::linalg::LinalgOp anchor, mlir::linalg::FillOp fill) {
  const auto is_given_tensor = [](mlir::Value value) {
    return mlir::isa<mlir::RankedTensorType>(value.getType()) && IsGiven(value);
  };
  const auto type = mlir::cast<mlir::RankedTensorType>(fill->getResult(0).getType());
  return fill->hasOneUse() && type.getRank() > 0 && IsGiven(fill.getDpsInits()[0]) &&
         llvm::all_of(anchor.getDpsInputs(), is_given_tensor);
}

// Whether all that `reader` reads is given, but for the operand of this number.
bool ReadsGivenElse(mlir::linalg::LinalgOp reader, unsigned operand) {
  return llvm::all_of(reader->getOpOperands(), [&](mlir::OpOperand& other) {
    return other.getOperandNumber() == operand || IsGiven(other.get());
  });
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
  if (!anchor.affine || op.getNumDpsInits() != 1 || !TilesItsOutput(op)) {
    return group;
  }
  auto fill = op.getDpsInits()[0].getDefiningOp<mlir::linalg::FillOp>();
  if (fill) group.fill = IndexOf(found, fill);
  if (group.fill >= 0) group.members.push_back(group.fill);
  group.fills_with_zero = group.fill >= 0 && mlir::matchPattern(fill.getInputs()[0],
                                                                mlir::m_PosZeroFloat());
  group.bands_take_fill = group.fill >= 0 && BandsTakeFill(op, fill);
  bool follows = group.bands_take_fill;
  mlir::linalg::LinalgOp last = op;
  while (mlir::linalg::LinalgOp reader = PointwiseReader(last)) {
    const int index = IndexOf(found, reader);
    if (index < 0) break;
    group.members.push_back(index);
    const unsigned operand = last->getUses().begin()->getOperandNumber();
    follows = follows && info.ops[static_cast<size_t>(index)].vectorizable &&
              ReadsGivenElse(reader, operand);
    if (follows) group.epilogue.push_back({index, static_cast<int>(operand)});
    last = reader;
  }
  const bool tiles_more_than_rows = anchor.kind == AnchorKind::kContraction ||
                                    anchor.kind == AnchorKind::kConvolution;
  if (!tiles_more_than_rows && group.members.size() + 1 < found.size()) {
    FusionGroup rows = FindRowGroup(found, info);
    rows.fill = group.fill;
    rows.bands_take_fill = group.bands_take_fill;
    if (!rows.empty() && HasTiles(anchor, rows.shared_dimensions)) return rows;
  }
  if (!group.empty()) {
    group.shared_dimensions = static_cast<int>(Output(anchor).coefficients.size());
  }
  return group;
}

}  // namespace weft
