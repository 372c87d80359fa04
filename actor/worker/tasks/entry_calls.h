// The entry of an assembled program: buffers, and the calls of the tasks on them.
#ifndef WEFT_ACTOR_WORKER_TASKS_ENTRY_CALLS_H_
#define WEFT_ACTOR_WORKER_TASKS_ENTRY_CALLS_H_

#include "actor/worker/lowering/bufferization.h"
#include "actor/worker/tasks/cut_program.h"

namespace weft {

// @main on the buffers of `layout`, which is that of the program bufferized as one, and
// private declarations of the tasks that it calls. A result that cannot be computed in
// its argument, because a call still reads that, is copied there at the end.
mlir::OwningOpRef<mlir::ModuleOp> BuildEntryCalls(const CutProgram& program,
                                                  const BufferLayout& layout);

}  // namespace weft

#endif  // WEFT_ACTOR_WORKER_TASKS_ENTRY_CALLS_H_
