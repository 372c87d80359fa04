#include "actor/worker/tasks/task_groups.h"

#include <algorithm>
#include <map>
#include <set>

#include "actor/worker/program/analyze_op.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

namespace weft {
namespace {

bool IsReturned(mlir::Operation* op) {
  return llvm::any_of(op->getUsers(), [](mlir::Operation* user) {
    return mlir::isa<mlir::func::ReturnOp>(user);
  });
}

bool IsElementwise(mlir::Operation* op) {
  auto linalg_op = mlir::dyn_cast<mlir::linalg::LinalgOp>(op);
  return linalg_op && AnalyzeOp(linalg_op).kind == AnchorKind::kElementwise;
}

class Grouping {
 public:
  // False when the operation keeps the function from being cut.
  bool Add(mlir::Operation* op) {
    if (IsCopied(op)) return true;
    auto linalg_op = mlir::dyn_cast<mlir::linalg::LinalgOp>(op);
    if (!linalg_op) return false;
    int group = IsElementwise(op) ? GroupToJoin(linalg_op) : -1;
    if (group < 0) {
      group = static_cast<int>(groups_.size());
      groups_.emplace_back();
    }
    Append(group, op);
    return true;
  }

  // Groups of elementwise operations join the anchor that alone uses them.
  void MergeProducers() {
    for (int i = static_cast<int>(groups_.size()) - 1; i >= 0; --i) {
      TaskGroup& group = groups_[i];
      if (group.root->getNumResults() != 1 || !group.root->hasOneUse() ||
          !llvm::all_of(group.ops, IsElementwise)) {
        continue;
      }
      const auto user = group_of_.find(*group.root->user_begin());
      if (user == group_of_.end() || user->second == i) continue;
      TaskGroup& into = groups_[user->second];
      if (llvm::all_of(into.ops, IsElementwise)) continue;
      for (mlir::Operation* op : group.ops) group_of_[op] = user->second;
      into.ops.insert(into.ops.begin(), group.ops.begin(), group.ops.end());
      group.ops.clear();
    }
  }

  // Makes every returned value the result of a group, each of another one.
  bool CoverReturn(mlir::func::ReturnOp terminator) {
    std::set<mlir::Operation*> returned;
    for (mlir::Value value : terminator.getOperands()) {
      mlir::Operation* op = value.getDefiningOp();
      if (op == nullptr || (op->getNumResults() == 1 && !returned.insert(op).second)) {
        return false;
      }
      if (!IsCopied(op)) continue;
      // A reshape of a result ends that result's group.
      mlir::Operation* source =
          op->getNumOperands() > 0 ? op->getOperand(0).getDefiningOp() : nullptr;
      const auto found = group_of_.find(source);
      if (found == group_of_.end() || !source->hasOneUse() || !op->hasOneUse() ||
          groups_[found->second].root != source) {
        return false;
      }
      Append(found->second, op);
    }
    return true;
  }

  std::vector<TaskGroup> Take() {
    std::vector<TaskGroup> groups;
    for (TaskGroup& group : groups_) {
      if (!group.ops.empty() && !group.root->use_empty()) groups.push_back(group);
    }
    std::sort(groups.begin(), groups.end(), [](const TaskGroup& a, const TaskGroup& b) {
      return a.root->isBeforeInBlock(b.root);
    });
    return groups;
  }

 private:
  // The group, if any, that an elementwise operation continues: the last one whose
  // result it alone uses, over the same loops.
  int GroupToJoin(mlir::linalg::LinalgOp op) const {
    int join = -1;
    for (mlir::Value operand : op->getOperands()) {
      auto type = mlir::dyn_cast<mlir::RankedTensorType>(operand.getType());
      const auto found = group_of_.find(operand.getDefiningOp());
      if (!type || found == group_of_.end()) continue;
      const TaskGroup& group = groups_[found->second];
      const bool continues = group.root == operand.getDefiningOp() &&
                             group.root->getNumResults() == 1 && operand.hasOneUse() &&
                             type.getRank() == op.getNumLoops();
      if (!continues) continue;
      if (join < 0 || groups_[join].root->isBeforeInBlock(group.root)) {
        join = found->second;
      }
    }
    return join;
  }

  void Append(int group, mlir::Operation* op) {
    groups_[group].ops.push_back(op);
    groups_[group].root = op;
    group_of_[op] = group;
  }

  std::vector<TaskGroup> groups_;
  std::map<mlir::Operation*, int> group_of_;
};

}  // namespace

bool IsCopied(mlir::Operation* op) {
  if (mlir::isa<mlir::linalg::FillOp>(op)) return !IsReturned(op);
  if (mlir::isa<mlir::linalg::LinalgOp>(op)) return false;
  return mlir::isMemoryEffectFree(op) &&
         (op->getNumRegions() == 0 || mlir::isa<mlir::tensor::PadOp>(op));
}

std::vector<TaskGroup> GroupOperations(mlir::func::FuncOp entry) {
  if (!entry.getBody().hasOneBlock()) return {};
  mlir::Block& block = entry.getBody().front();
  Grouping grouping;
  for (mlir::Operation& op : block.without_terminator()) {
    if (!grouping.Add(&op)) return {};
  }
  grouping.MergeProducers();
  if (!grouping.CoverReturn(mlir::cast<mlir::func::ReturnOp>(block.getTerminator()))) {
    return {};
  }
  return grouping.Take();
}

}  // namespace weft
