// A program of many operations as distinct tasks and the calls of them.
#ifndef WEFT_ACTOR_WORKER_TASKS_CUT_PROGRAM_H_
#define WEFT_ACTOR_WORKER_TASKS_CUT_PROGRAM_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "actor/nest/program_info.h"
#include "actor/worker/compiler_context.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

namespace weft {

struct ProgramTask {
  std::string name;    // Such as task00_matmul_128x1024x512: position, anchor, loops.
  std::string source;  // What OutlineTask writes; a program by itself.
  std::vector<int> result_arguments;  // See OutlinedTask.
  ProgramInfo info;
  int calls = 0;  // How often the program calls it.
};

// Where a tensor comes from.
struct TensorSource {
  enum class Kind {
    kArgument,  // Of the entry; index says which.
    kResult,    // Result `result` of call `index`.
    kNew,       // Nowhere: a destination for a result of this very call.
  };
  Kind kind = Kind::kNew;
  int index = 0;
  int result = 0;
};

struct TaskCall {
  int task = 0;
  std::vector<TensorSource> arguments;  // One per argument of the task.
};

struct CutProgram {
  mlir::OwningOpRef<mlir::ModuleOp> module;  // The whole; see CloneToLower.
  std::vector<std::string> notes;            // What was stripped of its text.
  std::vector<ProgramTask> tasks;            // Distinct, in the order of first use.
  std::vector<TaskCall> calls;               // In the order of execution.
  std::vector<TensorSource> results;         // Of the entry: each a kResult.
  double flops = 0;                          // Of one run of everything.
  double bytes = 0;  // Compulsory traffic of the whole: its arguments and results.

  mlir::func::FuncOp entry() const;
};

// A program whose operations can all be fused with its anchor, such as a softmax, is
// one task. Errors are those of LoadedProgram::Load, also for a task. A program that
// GroupOperations cannot cut is one task, and a note says so.
absl::StatusOr<CutProgram> CutIntoTasks(CompilerContext& context,
                                        const std::string& name,
                                        const std::string& source);

}  // namespace weft

#endif  // WEFT_ACTOR_WORKER_TASKS_CUT_PROGRAM_H_
