#include "actor/worker/transforms/tensor_origin.h"

#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Interfaces/DestinationStyleOpInterface.h"

namespace weft {
namespace {

// What a loop's argument is before the first iteration; null for an induction variable
// and for arguments of anything else.
mlir::Value InitOf(mlir::BlockArgument argument) {
  mlir::Operation* parent = argument.getOwner()->getParentOp();
  if (auto loop = mlir::dyn_cast<mlir::scf::ForOp>(parent)) {
    mlir::OpOperand* init = loop.getTiedLoopInit(argument);
    return init == nullptr ? mlir::Value() : init->get();
  }
  if (auto forall = mlir::dyn_cast<mlir::scf::ForallOp>(parent)) {
    if (argument.getArgNumber() < static_cast<unsigned>(forall.getRank())) return {};
    return forall.getTiedOpOperand(argument)->get();
  }
  return {};
}

// One step of the way; null at its end.
mlir::Value Before(mlir::Value tensor) {
  if (auto argument = mlir::dyn_cast<mlir::BlockArgument>(tensor)) {
    return InitOf(argument);
  }
  mlir::Operation* op = tensor.getDefiningOp();
  if (auto slice = mlir::dyn_cast<mlir::tensor::ExtractSliceOp>(op)) {
    const bool same_rank =
        slice.getSourceType().getRank() == slice.getResultType().getRank();
    return same_rank ? slice.getSource() : mlir::Value();
  }
  if (auto writer = mlir::dyn_cast<mlir::DestinationStyleOpInterface>(op)) {
    return writer.getTiedOpOperand(mlir::cast<mlir::OpResult>(tensor))->get();
  }
  return {};
}

}  // namespace

mlir::Value OriginOf(
    mlir::Value tensor,
    const std::function<void(mlir::tensor::ExtractSliceOp)>& on_slice) {
  while (mlir::Value before = Before(tensor)) {
    if (on_slice) {
      if (auto slice = tensor.getDefiningOp<mlir::tensor::ExtractSliceOp>()) {
        on_slice(slice);
      }
    }
    tensor = before;
  }
  return tensor;
}

}  // namespace weft
