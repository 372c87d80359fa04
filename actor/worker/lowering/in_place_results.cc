#include "actor/worker/lowering/in_place_results.h"

#include "llvm/ADT/BitVector.h"
#include "llvm/ADT/STLExtras.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/Builders.h"

namespace weft {
namespace {

mlir::Value WithoutCasts(mlir::Value value) {
  while (auto cast = value.getDefiningOp<mlir::memref::CastOp>()) {
    value = cast.getSource();
  }
  return value;
}

mlir::func::ReturnOp Terminator(mlir::func::FuncOp function) {
  return llvm::cast<mlir::func::ReturnOp>(function.getBody().front().getTerminator());
}

std::vector<mlir::Value> WritableArguments(mlir::func::FuncOp function,
                                           const std::vector<bool>& writable) {
  std::vector<mlir::Value> arguments;
  for (unsigned i = 0; i < function.getNumArguments(); ++i) {
    if (writable[i]) arguments.push_back(function.getArgument(i));
  }
  return arguments;
}

// Whether result i can be moved to homes[i] for every i.
bool HaveHomes(mlir::func::ReturnOp terminator, const std::vector<mlir::Value>& homes) {
  if (terminator.getNumOperands() != homes.size()) return false;
  for (auto [result, home] : llvm::zip(terminator.getOperands(), homes)) {
    const mlir::Value value = WithoutCasts(result);
    const auto type = llvm::dyn_cast<mlir::MemRefType>(value.getType());
    const auto home_type = llvm::dyn_cast<mlir::MemRefType>(home.getType());
    if (!type || !home_type || type.getShape() != home_type.getShape() ||
        type.getElementType() != home_type.getElementType()) {
      return false;
    }
    if (value != home && llvm::is_contained(homes, value)) return false;
  }
  return true;
}

void CopyHome(mlir::func::ReturnOp terminator, const std::vector<mlir::Value>& homes) {
  mlir::OpBuilder builder(terminator);
  for (auto [i, home] : llvm::enumerate(homes)) {
    const mlir::Value value = WithoutCasts(terminator.getOperand(i));
    if (value == home) continue;
    builder.create<mlir::memref::CopyOp>(terminator.getLoc(), value, home);
    terminator.setOperand(i, home);
  }
}

}  // namespace

std::vector<int> ResolveInPlaceResults(mlir::func::FuncOp function,
                                       const std::vector<bool>& writable) {
  mlir::func::ReturnOp terminator = Terminator(function);
  const std::vector<mlir::Value> homes = WritableArguments(function, writable);
  if (HaveHomes(terminator, homes)) CopyHome(terminator, homes);
  std::vector<int> result_arguments;
  int further = static_cast<int>(function.getNumArguments());
  llvm::BitVector in_arguments(terminator.getNumOperands());
  for (auto [i, value] : llvm::enumerate(terminator.getOperands())) {
    const auto argument = llvm::dyn_cast<mlir::BlockArgument>(WithoutCasts(value));
    if (argument) in_arguments.set(i);
    result_arguments.push_back(argument ? static_cast<int>(argument.getArgNumber())
                                        : further++);
  }
  terminator->eraseOperands(in_arguments);
  function.eraseResults(in_arguments);
  return result_arguments;
}

}  // namespace weft
