// A cut program as text: one module with a function per task, and one with a schedule
// per task, which plain mlir-opt replays on it.
#ifndef WEFT_ACTOR_WORKER_TASKS_ASSEMBLED_MODULE_H_
#define WEFT_ACTOR_WORKER_TASKS_ASSEMBLED_MODULE_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "actor/worker/tasks/cut_program.h"

namespace weft {

// Per task the module with its @main, scheduled or not.
using TaskBodies = std::vector<mlir::OwningOpRef<mlir::ModuleOp>>;

// Private functions by the tasks' names, and the entry @main that calls them.
mlir::OwningOpRef<mlir::ModuleOp> AssembleModule(const CutProgram& program,
                                                 const TaskBodies& bodies);

// `schedules` has a transform module per task, empty for a task that stays as it is.
// The result has a named sequence for each and a @__transform_main that applies each to
// the function of its task. INVALID_ARGUMENT, naming the task, for a text that is none.
absl::StatusOr<std::string> AssembleSchedule(CompilerContext& context,
                                             const CutProgram& program,
                                             const std::vector<std::string>& schedules);

std::string ModuleText(mlir::ModuleOp module);

}  // namespace weft

#endif  // WEFT_ACTOR_WORKER_TASKS_ASSEMBLED_MODULE_H_
