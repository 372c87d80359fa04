#include "actor/worker/tasks/outline_task.h"

#include <algorithm>

#include "llvm/ADT/SetVector.h"
#include "llvm/Support/raw_ostream.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/OwningOpRef.h"
#include "mlir/Interfaces/DestinationStyleOpInterface.h"
#include "mlir/Transforms/RegionUtils.h"

namespace weft {
namespace {

constexpr llvm::StringLiteral kWritable =
    mlir::bufferization::BufferizationDialect::kWritableAttrName;

// Operands, and what the regions of the operation use from around it.
llvm::SetVector<mlir::Value> UsedValues(mlir::Operation* op) {
  llvm::SetVector<mlir::Value> used(op->operand_begin(), op->operand_end());
  mlir::getUsedValuesDefinedAbove(op->getRegions(), used);
  return used;
}

// The group's operations with copies of what they need, in program order.
std::vector<mlir::Operation*> WithCopied(const TaskGroup& group) {
  llvm::SetVector<mlir::Operation*> ops(group.ops.begin(), group.ops.end());
  for (size_t i = 0; i < ops.size(); ++i) {
    for (mlir::Value value : UsedValues(ops[i])) {
      mlir::Operation* op = value.getDefiningOp();
      if (op != nullptr && IsCopied(op)) ops.insert(op);
    }
  }
  std::vector<mlir::Operation*> sorted(ops.begin(), ops.end());
  std::sort(sorted.begin(), sorted.end(), [](mlir::Operation* a, mlir::Operation* b) {
    return a->isBeforeInBlock(b);
  });
  return sorted;
}

// The operand, at the start of the chain of destinations, whose buffer a result is
// computed in; null when there is no such chain.
mlir::OpOperand* FirstDestination(mlir::OpResult result) {
  mlir::OpOperand* operand = nullptr;
  while (result) {
    auto op = mlir::dyn_cast<mlir::DestinationStyleOpInterface>(result.getOwner());
    if (!op) break;
    operand = op.getTiedOpOperand(result);
    result = mlir::dyn_cast<mlir::OpResult>(operand->get());
  }
  if (operand == nullptr) return nullptr;
  const bool starts = mlir::isa<mlir::BlockArgument>(operand->get()) ||
                      operand->get().getDefiningOp<mlir::tensor::EmptyOp>();
  return starts ? operand : nullptr;
}

class Outliner {
 public:
  Outliner(const TaskGroup& group, mlir::func::FuncOp entry)
      : entry_(entry),
        ops_(WithCopied(group)),
        builder_(entry.getContext()),
        module_(mlir::ModuleOp::create(builder_.getUnknownLoc())) {
    for (mlir::Operation* op : ops_) {
      for (mlir::Value value : UsedValues(op)) {
        if (!llvm::is_contained(ops_, value.getDefiningOp())) inputs_.insert(value);
      }
    }
    CreateFunction(group.root);
  }

  OutlinedTask Outline() {
    OutlinedTask task;
    task.arguments.assign(inputs_.begin(), inputs_.end());
    llvm::SmallVector<mlir::Value> results(
        function_.getBody().front().getTerminator()->getOperands());
    for (mlir::Value result : results) {
      task.result_arguments.push_back(BindDestination(result, &task.arguments));
    }
    for (unsigned i = 0; i < function_.getNumArguments(); ++i) {
      if (function_.getArgAttr(i, kWritable)) continue;
      function_.setArgAttr(i, kWritable, builder_.getBoolAttr(false));
    }
    llvm::raw_string_ostream out(task.source);
    module_->print(out);
    out << "\n";
    return task;
  }

 private:
  void CreateFunction(mlir::Operation* root) {
    builder_.setInsertionPointToEnd(module_->getBody());
    llvm::SmallVector<mlir::Type> types;
    for (mlir::Value input : inputs_) types.push_back(input.getType());
    function_ = builder_.create<mlir::func::FuncOp>(
        builder_.getUnknownLoc(), "main",
        builder_.getFunctionType(types, root->getResultTypes()));
    builder_.setInsertionPointToEnd(function_.addEntryBlock());
    mlir::IRMapping mapping;
    for (auto [i, input] : llvm::enumerate(inputs_)) {
      mapping.map(input, function_.getArgument(i));
    }
    for (mlir::Operation* op : ops_) builder_.clone(*op, mapping);
    llvm::SmallVector<mlir::Value> results;
    for (mlir::Value result : root->getResults()) {
      results.push_back(mapping.lookup(result));
    }
    builder_.create<mlir::func::ReturnOp>(builder_.getUnknownLoc(), results);
  }

  // The argument that the result is computed in, which may be a new one; or -1.
  int BindDestination(mlir::Value result, std::vector<mlir::Value>* arguments) {
    mlir::OpOperand* destination =
        FirstDestination(mlir::dyn_cast<mlir::OpResult>(result));
    if (destination == nullptr) return -1;
    if (auto argument = mlir::dyn_cast<mlir::BlockArgument>(destination->get())) {
      const unsigned index = argument.getArgNumber();
      if (!MayOverwrite((*arguments)[index]) ||
          function_.getArgAttr(index, kWritable)) {
        return -1;
      }
      function_.setArgAttr(index, kWritable, builder_.getBoolAttr(true));
      return static_cast<int>(index);
    }
    const unsigned index = function_.getNumArguments();
    function_.insertArgument(index, result.getType(),
                             builder_.getDictionaryAttr(builder_.getNamedAttr(
                                 kWritable, builder_.getBoolAttr(true))),
                             builder_.getUnknownLoc());
    mlir::Operation* empty = destination->get().getDefiningOp();
    destination->set(function_.getArgument(index));
    if (empty->use_empty()) empty->erase();
    arguments->push_back(mlir::Value());
    return static_cast<int>(index);
  }

  // Of the entry's arguments only one that is writable and nobody else's concern.
  bool MayOverwrite(mlir::Value value) {
    auto argument = mlir::dyn_cast_or_null<mlir::BlockArgument>(value);
    if (!argument || argument.getOwner() != &entry_.getBody().front()) return false;
    auto writable =
        entry_.getArgAttrOfType<mlir::BoolAttr>(argument.getArgNumber(), kWritable);
    return writable && writable.getValue() &&
           llvm::all_of(argument.getUsers(), [&](mlir::Operation* user) {
             return llvm::is_contained(ops_, user) && HasUsersOnlyHere(user);
           });
  }

  // A fill is copied; when another group copies it, too, both would write the argument.
  bool HasUsersOnlyHere(mlir::Operation* op) const {
    return !IsCopied(op) || llvm::all_of(op->getUsers(), [&](mlir::Operation* user) {
      return llvm::is_contained(ops_, user);
    });
  }

  mlir::func::FuncOp entry_;
  const std::vector<mlir::Operation*> ops_;
  llvm::SetVector<mlir::Value> inputs_;
  mlir::OpBuilder builder_;
  mlir::OwningOpRef<mlir::ModuleOp> module_;
  mlir::func::FuncOp function_;
};

}  // namespace

OutlinedTask OutlineTask(const TaskGroup& group, mlir::func::FuncOp entry) {
  return Outliner(group, entry).Outline();
}

}  // namespace weft
