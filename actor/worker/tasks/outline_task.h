// From a group of operations to a program of its own.
#ifndef WEFT_ACTOR_WORKER_TASKS_OUTLINE_TASK_H_
#define WEFT_ACTOR_WORKER_TASKS_OUTLINE_TASK_H_

#include <string>
#include <vector>

#include "actor/worker/tasks/task_groups.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace weft {

struct OutlinedTask {
  // A module with @main. Its arguments are the group's inputs in the order of their
  // first use, then a writable one for each result that has no destination of its own
  // (an empty tensor); arguments of the entry that the group computes in are writable,
  // too. Without names and locations, so that equal tasks have equal texts.
  std::string source;
  // Per argument: the value of the program that it takes; null for a new destination.
  std::vector<mlir::Value> arguments;
  // Per result of the root: the argument that it is computed in, or -1 when it becomes
  // a further output of the compiled task.
  std::vector<int> result_arguments;
};

OutlinedTask OutlineTask(const TaskGroup& group, mlir::func::FuncOp entry);

}  // namespace weft

#endif  // WEFT_ACTOR_WORKER_TASKS_OUTLINE_TASK_H_
