#include "actor/worker/lowering/operations_per_element.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "actor/worker/program/analyze_op.h"
#include "llvm/ADT/DenseMap.h"
#include "mlir/Dialect/Linalg/Utils/Utils.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

namespace weft {
namespace {

constexpr double kUnknown = std::numeric_limits<double>::infinity();

double OfLinalg(mlir::linalg::LinalgOp op) {
  double iterations = 1;
  const auto iterators = op.getIteratorTypesArray();
  for (auto [extent, iterator] : llvm::zip(op.getStaticLoopRanges(), iterators)) {
    if (mlir::ShapedType::isDynamic(extent)) return kUnknown;
    if (mlir::linalg::isReductionIterator(iterator)) {
      iterations *= static_cast<double>(extent);
    }
  }
  return iterations * FlopsPerPoint(op);
}

// What the operation adds to the longest of its operands.
double OwnOperations(mlir::Operation* op) {
  if (auto linalg = mlir::dyn_cast<mlir::linalg::LinalgOp>(op)) return OfLinalg(linalg);
  if (mlir::isa<mlir::tensor::TensorDialect>(op->getDialect())) return 0;
  if (op->hasTrait<mlir::OpTrait::ConstantLike>()) return 0;
  return op->getNumRegions() == 0 ? 1 : kUnknown;
}

}  // namespace

std::vector<double> OperationsPerElement(mlir::func::FuncOp function) {
  llvm::DenseMap<mlir::Value, double> operations;  // Arguments have none.
  mlir::Block& block = function.getBody().front();
  for (mlir::Operation& op : block) {
    double longest = 0;
    for (mlir::Value operand : op.getOperands()) {
      longest = std::max(longest, operations.lookup(operand));
    }
    for (mlir::Value result : op.getResults()) {
      operations[result] = longest + OwnOperations(&op);
    }
  }
  std::vector<double> of_results;
  for (mlir::Value result : block.getTerminator()->getOperands()) {
    const double found = operations.lookup(result);
    of_results.push_back(std::isfinite(found) ? found : -1);
  }
  return of_results;
}

}  // namespace weft
