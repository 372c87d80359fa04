// From scheduled tasks to one module in the LLVM dialect.
#ifndef WEFT_ACTOR_WORKER_TASKS_LOWER_PROGRAM_H_
#define WEFT_ACTOR_WORKER_TASKS_LOWER_PROGRAM_H_

#include <vector>

#include "absl/status/statusor.h"
#include "actor/worker/lowering/callable.h"
#include "actor/worker/tasks/assembled_module.h"
#include "actor/worker/tasks/cut_program.h"

namespace weft {

struct LoweredProgram {
  mlir::OwningOpRef<mlir::ModuleOp> module;
  std::vector<KernelArgument> arguments;  // Of the entry; see CompileKernel.
};

// Lowers each distinct task by itself, exactly as it is lowered when it is measured
// alone, and an entry that calls them: work and code grow with the number of tasks, not
// with its square. Tasks stay functions of their own (noinline), so that LLVM never
// sees more than one at a time and their promises not to alias hold. The entry
// allocates a buffer for each intermediate tensor; a buffer whose last reader is done
// serves the next tensor of its type. INTERNAL, naming the task, when a stage refuses
// one or its schedule no longer computes a result in place. Consumes `bodies`.
absl::StatusOr<LoweredProgram> LowerProgram(CompilerContext& context,
                                            const CutProgram& program,
                                            TaskBodies bodies, int threads);

}  // namespace weft

#endif  // WEFT_ACTOR_WORKER_TASKS_LOWER_PROGRAM_H_
