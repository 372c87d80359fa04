#include "actor/worker/transforms/scheduled_program.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "actor/nest/legal_actions.h"
#include "actor/worker/transforms/apply_schedule.h"
#include "actor/worker/transforms/emit_schedule.h"
#include "actor/worker/transforms/observe_nest.h"
#include "llvm/Support/raw_ostream.h"

namespace weft {
ScheduledProgram::ScheduledProgram(std::unique_ptr<LoadedProgram> program,
                                   const MachineModel& machine, int threads)
    : program_(std::move(program)),
      machine_(machine),
      threads_(threads),
      nest_(program_->info()) {
  Reset();
}

absl::StatusOr<std::unique_ptr<ScheduledProgram>> ScheduledProgram::Load(
    CompilerContext& context, const std::string& name, const std::string& source,
    const MachineModel& machine, int threads) {
  absl::StatusOr<std::unique_ptr<LoadedProgram>> program =
      LoadedProgram::Load(context, name, source);
  if (!program.ok()) return program.status();
  return std::unique_ptr<ScheduledProgram>(
      new ScheduledProgram(*std::move(program), machine, threads));
}

absl::StatusOr<Observation> ScheduledProgram::Observe(mlir::ModuleOp module,
                                                      const Nest& nest) const {
  absl::StatusOr<NestState> state =
      ObserveNest(module, program_->info(), nest, machine_, threads_);
  if (!state.ok()) return state.status();
  Observation observation;
  Featurize(*state, &observation);
  observation.mask = LegalActions(nest, machine_);
  return observation;
}

Observation ScheduledProgram::Reset() {
  nest_ = Nest(program_->info());
  transformed_ = program_->Clone();
  schedule_text_ = EmitScheduleModule(program_->info(), nest_.history, machine_);
  // The untransformed anchor is in the IR by construction.
  Observation observation = *Observe(*transformed_, nest_);
  mask_ = observation.mask;
  return observation;
}

absl::StatusOr<Observation> ScheduledProgram::Apply(const Action& action) {
  if (nest_.done) {
    return absl::FailedPreconditionError(
        absl::StrCat("the schedule ", ToString(nest_.history), " is finished"));
  }
  if (absl::Status legal = CheckLegal(mask_, action); !legal.ok()) {
    return absl::FailedPreconditionError(legal.message());
  }
  Nest next = nest_;
  next.Advance(action);
  std::string schedule = EmitScheduleModule(program_->info(), next.history, machine_);
  const bool same = schedule == schedule_text_;
  mlir::OwningOpRef<mlir::ModuleOp> module;
  if (!same) {
    module = program_->Clone();
    absl::Status applied = ApplyScheduleModule(program_->context(), schedule, *module);
    if (!applied.ok()) {
      return absl::Status(applied.code(), absl::StrCat(program_->info().name, ", ",
                                                       ToString(next.history), ": ",
                                                       applied.message()));
    }
  }
  absl::StatusOr<Observation> observation =
      Observe(same ? *transformed_ : *module, next);
  if (!observation.ok()) return observation.status();
  nest_ = std::move(next);
  if (!same) transformed_ = std::move(module);
  schedule_text_ = std::move(schedule);
  mask_ = observation->mask;
  return observation;
}

mlir::OwningOpRef<mlir::ModuleOp> ScheduledProgram::TransformedModule() const {
  return LoadedProgram::CloneToLower(*transformed_);
}

mlir::OwningOpRef<mlir::ModuleOp> ScheduledProgram::OriginalModule() const {
  return LoadedProgram::CloneToLower(*program_->Clone());
}

std::string ScheduledProgram::TransformedText() const {
  std::string text;
  llvm::raw_string_ostream out(text);
  mlir::ModuleOp module = *transformed_;
  module.print(out);
  out << "\n";
  return text;
}

}  // namespace weft
