// Which operations of a program are scheduled together.
#ifndef WEFT_ACTOR_WORKER_TASKS_TASK_GROUPS_H_
#define WEFT_ACTOR_WORKER_TASKS_TASK_GROUPS_H_

#include <vector>

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace weft {

// An anchor with its neighbours. Only the root's results are used outside, so that a
// group runs as one call at the place of its root.
struct TaskGroup {
  std::vector<mlir::Operation*> ops;
  mlir::Operation* root = nullptr;  // The last of ops.
};

// Whether the operation belongs to no group but is copied into each that needs it: a
// constant, an empty tensor, a fill, a reshape, a pad, scalar arithmetic.
bool IsCopied(mlir::Operation* op);

// Groups in the order of their roots. A linalg operation is an anchor, unless it is
// elementwise over the result of a group that nobody else uses: then it joins that
// group; or unless it and those joined to it are elementwise and their only user is
// another kind of anchor: then they join that one. Empty when the function cannot be
// cut: it has loops or branches on its top level, or returns what is no group's result;
// it is then one task as a whole. Deterministic.
std::vector<TaskGroup> GroupOperations(mlir::func::FuncOp entry);

}  // namespace weft

#endif  // WEFT_ACTOR_WORKER_TASKS_TASK_GROUPS_H_
