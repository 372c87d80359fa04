#include "actor/worker/program/analyze_op.h"

#include <algorithm>
#include <optional>

#include "mlir/Analysis/SliceAnalysis.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/Dialect/Linalg/Utils/Utils.h"
#include "mlir/Dialect/Math/IR/Math.h"

namespace weft {
namespace {

// The coefficient of every loop in a sum of loops times constants; nullopt for any
// other expression. So is a sum with a constant: upstream's tiling takes it into the
// offset of a slice and leaves it in the index as well.
std::optional<std::vector<int64_t>> LinearCoefficients(mlir::AffineExpr expr,
                                                       int loops) {
  std::vector<int64_t> coefficients(loops, 0);
  if (auto loop = mlir::dyn_cast<mlir::AffineDimExpr>(expr)) {
    coefficients[loop.getPosition()] = 1;
    return coefficients;
  }
  if (mlir::isa<mlir::AffineConstantExpr>(expr)) return coefficients;
  auto binary = mlir::dyn_cast<mlir::AffineBinaryOpExpr>(expr);
  if (!binary) return std::nullopt;
  const auto left = LinearCoefficients(binary.getLHS(), loops);
  const auto right = LinearCoefficients(binary.getRHS(), loops);
  if (!left || !right) return std::nullopt;
  if (binary.getKind() == mlir::AffineExprKind::Add) {
    if (mlir::isa<mlir::AffineConstantExpr>(binary.getRHS())) return std::nullopt;
    for (int i = 0; i < loops; ++i) coefficients[i] = (*left)[i] + (*right)[i];
    return coefficients;
  }
  auto factor = mlir::dyn_cast<mlir::AffineConstantExpr>(binary.getRHS());
  if (binary.getKind() != mlir::AffineExprKind::Mul || !factor) return std::nullopt;
  for (int i = 0; i < loops; ++i) coefficients[i] = (*left)[i] * factor.getValue();
  return coefficients;
}

OperandInfo AnalyzeOperand(mlir::linalg::LinalgOp op, mlir::OpOperand& operand,
                           bool* affine) {
  auto type = mlir::cast<mlir::RankedTensorType>(operand.get().getType());
  OperandInfo info;
  info.output = op.isDpsInit(&operand);
  info.element_bytes = static_cast<int>(type.getElementTypeBitWidth() / 8);
  info.elements = type.getNumElements();
  const int loops = static_cast<int>(op.getNumLoops());
  info.stride.assign(loops, 0);
  info.coefficients = IndexCoefficients(op.getMatchingIndexingMap(&operand), affine);
  int64_t dimension_stride = info.elements;
  for (size_t d = 0; d < info.coefficients.size(); ++d) {
    dimension_stride /= type.getDimSize(d);
    for (int i = 0; i < loops; ++i) {
      info.stride[i] += info.coefficients[d][i] * dimension_stride;
    }
  }
  return info;
}

// Fills op->window. Clears op->affine for a dimension that is indexed by any other sum
// than that of one output position and one window position.
void FindWindow(StructuredOp* op) {
  for (const OperandInfo& operand : op->operands) {
    for (const std::vector<int64_t>& dimension : operand.coefficients) {
      WindowAxis axis;
      int positions = 0;
      int windows = 0;
      for (int i = 0; i < op->num_loops(); ++i) {
        if (dimension[i] == 0) continue;
        const bool reduction = op->loops[i].reduction;
        ++(reduction ? windows : positions);
        (reduction ? axis.window_loop : axis.position_loop) = i;
        (reduction ? axis.dilation : axis.stride) = dimension[i];
      }
      if (positions + windows < 2) continue;
      op->affine &= positions == 1 && windows == 1;
      op->window.push_back(axis);
    }
  }
}

bool HasSplittableReduction(mlir::linalg::LinalgOp op) {
  if (op.getNumReductionLoops() != 1 || op.getNumDpsInits() != 1) return false;
  const unsigned loops = op.getNumLoops();
  if (!mlir::linalg::isReductionIterator(op.getIteratorTypesArray().back()) ||
      op.getMatchingIndexingMap(op.getDpsInitOperand(0)) !=
          mlir::AffineMap::getMultiDimIdentityMap(loops, op.getContext())
              .getMajorSubMap(loops - 1)) {
    return false;
  }
  llvm::SmallVector<mlir::Operation*, 4> combiners;
  if (!mlir::matchReduction(op.getRegionOutputArgs(), 0, combiners)) return false;
  return combiners.size() == 1 && mlir::arith::getNeutralElement(combiners[0]);
}

AnchorKind KindOf(mlir::linalg::LinalgOp op, const StructuredOp& info) {
  if (mlir::linalg::isaContractionOpInterface(op)) return AnchorKind::kContraction;
  if (!info.window.empty()) {
    // A pooling window has a shape but no values: its operand is never read.
    return info.name.find("pooling") != std::string::npos ? AnchorKind::kPooling
                                                          : AnchorKind::kConvolution;
  }
  if (info.fill || info.transpose) return AnchorKind::kOther;
  return op.getNumReductionLoops() > 0 ? AnchorKind::kReduction
                                       : AnchorKind::kElementwise;
}

}  // namespace

int FlopsPerPoint(mlir::linalg::LinalgOp op) {
  int flops = 0;
  for (mlir::Operation& inner : *op.getBlock()) {
    const bool arithmetic =
        mlir::isa<mlir::arith::AddFOp, mlir::arith::SubFOp, mlir::arith::MulFOp,
                  mlir::arith::DivFOp, mlir::arith::RemFOp, mlir::arith::MaximumFOp,
                  mlir::arith::MinimumFOp, mlir::arith::MaxNumFOp,
                  mlir::arith::MinNumFOp, mlir::arith::CmpFOp, mlir::arith::NegFOp>(
            inner) ||
        mlir::isa<mlir::math::MathDialect>(inner.getDialect());
    flops += arithmetic ? (mlir::isa<mlir::math::FmaOp>(inner) ? 2 : 1) : 0;
  }
  return flops;
}

std::vector<std::vector<int64_t>> IndexCoefficients(mlir::AffineMap map, bool* affine) {
  const int loops = static_cast<int>(map.getNumDims());
  std::vector<std::vector<int64_t>> all;
  for (mlir::AffineExpr index : map.getResults()) {
    auto coefficients = LinearCoefficients(index, loops);
    if (affine != nullptr) *affine &= coefficients.has_value();
    all.push_back(coefficients ? *std::move(coefficients)
                               : std::vector<int64_t>(loops, 0));
  }
  return all;
}

StructuredOp AnalyzeOp(mlir::linalg::LinalgOp op) {
  StructuredOp info;
  info.name = op->getName().getStringRef().str();
  info.fill = mlir::isa<mlir::linalg::FillOp>(op);
  info.transpose = mlir::isa<mlir::linalg::TransposeOp>(op);
  const auto extents = op.getStaticLoopRanges();
  const auto iterators = op.getIteratorTypesArray();
  double points = 1;
  for (size_t i = 0; i < extents.size(); ++i) {
    info.loops.push_back({extents[i], mlir::linalg::isReductionIterator(iterators[i])});
    points *= static_cast<double>(extents[i]);
  }
  info.flops = points * FlopsPerPoint(op);
  bool projections = true;
  for (mlir::OpOperand& operand : op->getOpOperands()) {
    if (!mlir::isa<mlir::RankedTensorType>(operand.get().getType())) continue;
    projections &= op.getMatchingIndexingMap(&operand).isProjectedPermutation();
    info.operands.push_back(AnalyzeOperand(op, operand, &info.affine));
  }
  FindWindow(&info);
  info.kind = KindOf(op, info);
  // The upstream check can emit remarks on what it refuses; they are no errors here.
  info.vectorizable =
      projections && mlir::succeeded(mlir::linalg::vectorizeOpPrecondition(op));
  info.reads_indices = op.hasIndexSemantics();
  info.splittable_reduction =
      info.vectorizable && !info.reads_indices && HasSplittableReduction(op);
  return info;
}

}  // namespace weft
