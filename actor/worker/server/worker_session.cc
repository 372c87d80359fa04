#include "actor/worker/server/worker_session.h"

#include <optional>
#include <utility>

#include "actor/worker/compiler_context.h"
#include "actor/worker/lowering/host_cpu.h"
#include "actor/worker/lowering/kernel.h"
#include "actor/worker/lowering/warm_up.h"
#include "actor/worker/measure/probe_machine.h"
#include "actor/worker/server/reference_cache.h"
#include "actor/worker/transforms/apply_schedule.h"
#include "actor/worker/transforms/scheduled_program.h"

namespace weft {

struct WorkerSession::State {
  CompilerContext context;
  std::optional<MachineModel> machine;
  std::string source;  // Of `program`.
  std::unique_ptr<ScheduledProgram> program;
  std::unique_ptr<TaskProgram> tasks;
  ReferenceCache references;

  absl::Status CheckLoaded() const {
    return program ? absl::OkStatus()
                   : absl::FailedPreconditionError("no program is loaded");
  }

  absl::Status EnsureProbed(const std::string& lease_path, double lease_timeout_seconds,
                            int timing_cpu) {
    if (machine) return absl::OkStatus();
    absl::StatusOr<MachineModel> probed =
        ProbeMachineOnce(lease_path, lease_timeout_seconds, timing_cpu);
    if (!probed.ok()) return probed.status();
    machine = *probed;
    return absl::OkStatus();
  }
};

WorkerSession::WorkerSession() : state_(std::make_unique<State>()) {
  WarmUpCompiler(state_->context);
}

WorkerSession::~WorkerSession() = default;

absl::StatusOr<WorkerSession::Program> WorkerSession::LoadProgram(
    const std::string& name, const std::string& source, int threads) {
  const MeasureSettings defaults;
  absl::Status probed = state_->EnsureProbed(
      defaults.lease_path, defaults.lease_timeout_seconds, defaults.timing_cpu);
  if (!probed.ok()) return probed;
  absl::StatusOr<std::unique_ptr<ScheduledProgram>> loaded =
      ScheduledProgram::Load(state_->context, name, source, *state_->machine, threads);
  if (!loaded.ok()) return loaded.status();
  state_->program = std::move(*loaded);
  state_->source = source;
  Program program;
  program.num_loops = state_->program->num_loops();
  program.anchor = state_->program->anchor_name();
  program.flops = state_->program->flops();
  program.bytes = state_->program->bytes();
  program.notes = state_->program->notes();
  return program;
}

absl::StatusOr<const TaskProgram*> WorkerSession::CutProgram(
    const std::string& name, const std::string& source) {
  auto cut = TaskProgram::Cut(state_->context, name, source);
  if (!cut.ok()) return cut.status();
  state_->tasks = *std::move(cut);
  return state_->tasks.get();
}

absl::StatusOr<const TaskProgram*> WorkerSession::cut_program() const {
  if (state_->tasks) return state_->tasks.get();
  return absl::FailedPreconditionError("no program was cut into tasks");
}

absl::StatusOr<ProgramMeasurement> WorkerSession::MeasureProgram(
    const std::vector<std::string>* schedules, const MeasureSettings& settings,
    TimedBeside beside) {
  if (absl::Status cut = cut_program().status(); !cut.ok()) return cut;
  absl::Status probed = state_->EnsureProbed(
      settings.lease_path, settings.lease_timeout_seconds, settings.timing_cpu);
  if (!probed.ok()) return probed;
  if (schedules != nullptr) {
    return state_->tasks->MeasureScheduled(*schedules, *state_->machine, settings,
                                           beside);
  }
  auto measured = state_->tasks->MeasureUnscheduled(*state_->machine, settings);
  if (!measured.ok()) return measured.status();
  return ProgramMeasurement{*std::move(measured), {}};
}

absl::StatusOr<Observation> WorkerSession::Reset() {
  absl::Status loaded = state_->CheckLoaded();
  if (!loaded.ok()) return loaded;
  return state_->program->Reset();
}

absl::StatusOr<WorkerSession::Progress> WorkerSession::Step(const Action& action) {
  absl::Status loaded = state_->CheckLoaded();
  if (!loaded.ok()) return loaded;
  absl::StatusOr<Observation> observation = state_->program->Apply(action);
  if (!observation.ok()) return observation.status();
  return Progress{std::move(*observation), state_->program->done()};
}

absl::StatusOr<WorkerSession::Export> WorkerSession::ExportSchedule(bool include_ir) {
  absl::Status loaded = state_->CheckLoaded();
  if (!loaded.ok()) return loaded;
  Export result;
  result.schedule_module = state_->program->ScheduleModule();
  if (include_ir) result.transformed_ir = state_->program->TransformedText();
  return result;
}

absl::StatusOr<Fingerprint> WorkerSession::FingerprintSchedule() const {
  absl::Status loaded = state_->CheckLoaded();
  if (!loaded.ok()) return loaded;
  return MakeFingerprint(state_->program->TransformedText(), *state_->machine);
}

absl::StatusOr<Measurement> WorkerSession::MeasureSchedule(
    const MeasureSettings& settings, const std::string& previous_schedule) {
  absl::Status loaded = state_->CheckLoaded();
  if (!loaded.ok()) return loaded;
  const ScheduledProgram& program = *state_->program;
  const auto compile_original = [&] {
    return CompileKernel(state_->context, program.OriginalModule());
  };
  absl::StatusOr<const Reference*> reference = state_->references.FindOrCompute(
      state_->source, compile_original, program.flops(), LimitsOf(settings));
  if (!reference.ok()) return reference.status();
  Candidate candidate;
  candidate.compile = [&] {
    return CompileKernel(state_->context, program.TransformedModule(),
                         settings.threads);
  };
  if (!previous_schedule.empty()) {
    candidate.compile_previous = [&]() -> absl::StatusOr<std::unique_ptr<Kernel>> {
      mlir::OwningOpRef<mlir::ModuleOp> module = program.OriginalModule();
      absl::Status applied =
          ApplyScheduleModule(state_->context, previous_schedule, *module);
      if (!applied.ok()) return applied;
      return CompileKernel(state_->context, std::move(module), settings.threads);
    };
  }
  return Measure(**reference, candidate, {program.flops(), program.bytes()},
                 *state_->machine, settings);
}

absl::StatusOr<WorkerSession::Machine> WorkerSession::ProbeMachine(
    const std::string& lease_path, double lease_timeout_seconds, int timing_cpu) {
  absl::Status probed =
      state_->EnsureProbed(lease_path, lease_timeout_seconds, timing_cpu);
  if (!probed.ok()) return probed;
  return Machine{*state_->machine, HostCpuName()};
}

}  // namespace weft
