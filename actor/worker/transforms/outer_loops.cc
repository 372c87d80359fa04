#include "actor/worker/transforms/outer_loops.h"

#include <algorithm>
#include <utility>

#include "actor/worker/program/analyze_op.h"
#include "actor/worker/transforms/tensor_origin.h"
#include "llvm/ADT/DenseMap.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"

namespace weft {
namespace {

// Induction variables, and the loop of the anchor that each moves.
using LoopOfVariable = llvm::DenseMap<mlir::Value, int>;

// Tells apart what is computed from induction variables alone and what is not worth
// following.
constexpr int kMaxIndexOps = 8;

// Every variable that the index is computed from moves `loop`.
void Attribute(mlir::OpFoldResult index, int loop, LoopOfVariable* variables,
               int ops_left = kMaxIndexOps) {
  auto value = mlir::dyn_cast<mlir::Value>(index);
  if (!value || loop < 0 || ops_left == 0) return;
  if (mlir::isa<mlir::BlockArgument>(value)) {
    variables->try_emplace(value, loop);
    return;
  }
  mlir::Operation* op = value.getDefiningOp();
  if (!mlir::isa<mlir::affine::AffineApplyOp, mlir::arith::AddIOp, mlir::arith::MulIOp>(
          op)) {
    return;
  }
  for (mlir::Value operand : op->getOperands()) {
    Attribute(operand, loop, variables, ops_left - 1);
  }
}

// The loop that a dimension moves with, or -1: sums of loops do not tell which of them
// a variable moves.
int OnlyLoop(const std::vector<int64_t>& dimension) {
  const auto moves = [](int64_t coefficient) { return coefficient != 0; };
  if (std::count_if(dimension.begin(), dimension.end(), moves) != 1) return -1;
  return static_cast<int>(std::find_if(dimension.begin(), dimension.end(), moves) -
                          dimension.begin());
}

// From the offsets of the slices that the operand is taken from.
void FollowOperand(mlir::linalg::LinalgOp anchor, mlir::OpOperand& operand,
                   LoopOfVariable* variables) {
  const auto dimensions = IndexCoefficients(anchor.getMatchingIndexingMap(&operand));
  OriginOf(operand.get(), [&](mlir::tensor::ExtractSliceOp slice) {
    const auto offsets = slice.getMixedOffsets();
    for (size_t d = 0; d < offsets.size(); ++d) {
      Attribute(offsets[d], OnlyLoop(dimensions[d]), variables);
    }
  });
}

// From where the forall puts its results. What it computes for its tile may have been
// packed since, so that the anchor's slices say nothing; but the dimensions of a result
// are the first ones of the anchor's output, in order.
void FollowResults(mlir::scf::ForallOp forall, mlir::linalg::LinalgOp anchor,
                   LoopOfVariable* variables) {
  const auto dimensions =
      IndexCoefficients(anchor.getMatchingIndexingMap(anchor.getDpsInitOperand(0)));
  for (mlir::Operation& op : forall.getTerminator().getYieldingOps()) {
    auto insert = mlir::dyn_cast<mlir::tensor::ParallelInsertSliceOp>(op);
    if (!insert) continue;
    const auto offsets = insert.getMixedOffsets();
    for (size_t d = 0; d < std::min(offsets.size(), dimensions.size()); ++d) {
      Attribute(offsets[d], OnlyLoop(dimensions[d]), variables);
    }
  }
}

struct Bounds {
  mlir::OpFoldResult lower, upper, step;
};

OuterLoop Describe(mlir::Value variable, const Bounds& bounds, bool parallel,
                   const LoopOfVariable& variables) {
  OuterLoop outer;
  outer.trips =
      mlir::constantTripCount(bounds.lower, bounds.upper, bounds.step).value_or(1);
  outer.parallel = parallel;
  const auto found = variables.find(variable);
  if (found != variables.end()) outer.loop = found->second;
  return outer;
}

}  // namespace

std::vector<OuterLoop> FindOuterLoops(mlir::linalg::LinalgOp anchor) {
  LoopOfVariable variables;
  for (mlir::OpOperand& operand : anchor->getOpOperands()) {
    if (!mlir::isa<mlir::RankedTensorType>(operand.get().getType())) continue;
    FollowOperand(anchor, operand, &variables);
  }
  std::vector<OuterLoop> outer;  // Innermost first.
  for (mlir::Operation* parent = anchor->getParentOp(); parent != nullptr;
       parent = parent->getParentOp()) {
    if (auto loop = mlir::dyn_cast<mlir::scf::ForOp>(parent)) {
      const Bounds bounds{loop.getLowerBound(), loop.getUpperBound(), loop.getStep()};
      outer.push_back(Describe(loop.getInductionVar(), bounds, false, variables));
    } else if (auto forall = mlir::dyn_cast<mlir::scf::ForallOp>(parent)) {
      FollowResults(forall, anchor, &variables);
      const auto lower = forall.getMixedLowerBound();
      const auto upper = forall.getMixedUpperBound();
      const auto step = forall.getMixedStep();
      for (size_t d = lower.size(); d-- > 0;) {
        outer.push_back(Describe(forall.getInductionVar(d),
                                 {lower[d], upper[d], step[d]}, true, variables));
      }
    }
  }
  std::reverse(outer.begin(), outer.end());
  return outer;
}

}  // namespace weft
