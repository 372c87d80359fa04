// A program with a schedule under construction: what a worker serves.
#ifndef WEFT_ACTOR_WORKER_TRANSFORMS_SCHEDULED_PROGRAM_H_
#define WEFT_ACTOR_WORKER_TRANSFORMS_SCHEDULED_PROGRAM_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "actor/nest/nest.h"
#include "actor/worker/compiler_context.h"
#include "actor/worker/program/loaded_program.h"
#include "common/schedule/features.h"
#include "common/schedule/observation.h"
#include "mlir/IR/OwningOpRef.h"

namespace weft {

// Every Apply derives the transform module of the whole schedule so far and runs it
// with the transform interpreter on a fresh copy of the program: what is observed,
// measured and exported is always what the exported text does. An action that adds
// nothing to the text, such as an interchange, leaves the IR as it is. A step takes
// about a millisecond unless it is terminal. Not thread-safe; the context must outlive
// it.
class ScheduledProgram {
 public:
  // Errors are those of LoadedProgram::Load. The schedule is empty at first. The kernel
  // will have `threads`, which are only observed here.
  static absl::StatusOr<std::unique_ptr<ScheduledProgram>> Load(
      CompilerContext& context, const std::string& name, const std::string& source,
      const MachineModel& machine, int threads = 1);

  // Starts over with the empty schedule.
  Observation Reset();

  // The observation after the action; its mask is empty when done() is true. On an
  // error the schedule is as it was before: FAILED_PRECONDITION when the mask forbids
  // the action, ABORTED with diagnostics when a transform or the verifier refuses it.
  absl::StatusOr<Observation> Apply(const Action& action);

  // Whether the last action was terminal.
  bool done() const { return nest_.done; }
  const Schedule& schedule() const { return nest_.history; }

  // Copies, for the lowering to consume; see LoadedProgram::CloneToLower.
  mlir::OwningOpRef<mlir::ModuleOp> TransformedModule() const;
  mlir::OwningOpRef<mlir::ModuleOp> OriginalModule() const;

  // The transform module that plain mlir-opt replays on the program's file.
  const std::string& ScheduleModule() const { return schedule_text_; }
  // The program after it, as mlir-opt prints it.
  std::string TransformedText() const;

  double flops() const { return program_->info().flops; }
  double bytes() const { return program_->info().bytes; }
  // Operation name, such as linalg.matmul.
  const std::string& anchor_name() const { return program_->info().anchor().name; }
  int num_loops() const { return program_->info().anchor().num_loops(); }
  const ProgramInfo& info() const { return program_->info(); }
  const std::vector<std::string>& notes() const { return program_->notes(); }

 private:
  ScheduledProgram(std::unique_ptr<LoadedProgram> program, const MachineModel& machine,
                   int threads);

  absl::StatusOr<Observation> Observe(mlir::ModuleOp module, const Nest& nest) const;

  std::unique_ptr<LoadedProgram> program_;
  MachineModel machine_;
  int threads_;
  Nest nest_;
  std::string schedule_text_;  // The transform module that made the next one.
  mlir::OwningOpRef<mlir::ModuleOp> transformed_;
  ActionMask mask_;  // Of the current state.
};

}  // namespace weft

#endif  // WEFT_ACTOR_WORKER_TRANSFORMS_SCHEDULED_PROGRAM_H_
