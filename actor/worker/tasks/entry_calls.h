// The entry of an assembled program: buffers, and the calls of the tasks on them.
#ifndef WEFT_ACTOR_WORKER_TASKS_ENTRY_CALLS_H_
#define WEFT_ACTOR_WORKER_TASKS_ENTRY_CALLS_H_

#include <vector>

#include "actor/worker/lowering/callable.h"
#include "actor/worker/tasks/cut_program.h"

namespace weft {

struct EntryCalls {
  // @main on memrefs, and private declarations of the tasks that it calls.
  mlir::OwningOpRef<mlir::ModuleOp> module;
  std::vector<KernelArgument> arguments;  // Of @main.
};

// Arguments of the program keep their places; each result that no call computes in one
// of them becomes a further output. An argument that is writable is an output.
EntryCalls BuildEntryCalls(const CutProgram& program);

}  // namespace weft

#endif  // WEFT_ACTOR_WORKER_TASKS_ENTRY_CALLS_H_
