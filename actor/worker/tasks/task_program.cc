#include "actor/worker/tasks/task_program.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "actor/worker/compiler_context.h"
#include "actor/worker/lowering/code_generation.h"
#include "actor/worker/lowering/jit_kernel.h"
#include "actor/worker/lowering/kernel.h"
#include "actor/worker/tasks/cut_program.h"
#include "actor/worker/tasks/lower_program.h"
#include "actor/worker/transforms/apply_schedule.h"
#include "mlir/Parser/Parser.h"

namespace weft {

struct TaskProgram::State {
  CompilerContext& context;
  CutProgram program;
  std::unique_ptr<Reference> reference;

  mlir::OwningOpRef<mlir::ModuleOp> Clone() const {
    mlir::ModuleOp module = *program.module;
    return mlir::OwningOpRef<mlir::ModuleOp>(module.clone());
  }

  absl::StatusOr<mlir::OwningOpRef<mlir::ModuleOp>> Body(
      size_t task, const std::string& schedule) const {
    const ProgramTask& info = program.tasks[task];
    auto body = mlir::parseSourceString<mlir::ModuleOp>(
        info.source, mlir::ParserConfig(context.mlir()), info.name);
    if (!body) return absl::InternalError(absl::StrCat(info.name, " does not parse"));
    if (schedule.empty()) return body;
    absl::Status applied = ApplyScheduleModule(context, schedule, *body);
    if (applied.ok()) return body;
    return absl::Status(applied.code(),
                        absl::StrCat(info.name, ": ", applied.message()));
  }

  absl::StatusOr<TaskBodies> Bodies(const std::vector<std::string>& schedules) const {
    TaskBodies bodies;
    for (size_t i = 0; i < schedules.size(); ++i) {
      auto body = Body(i, schedules[i]);
      if (!body.ok()) return body.status();
      bodies.push_back(*std::move(body));
    }
    return bodies;
  }

  absl::StatusOr<LoweredProgram> Lower(const std::vector<std::string>& schedules,
                                       int threads) const {
    absl::StatusOr<TaskBodies> bodies = Bodies(schedules);
    if (!bodies.ok()) return bodies.status();
    return LowerProgram(context, program, *std::move(bodies), threads);
  }

  absl::StatusOr<std::unique_ptr<Kernel>> Compile(
      const std::vector<std::string>& schedules, int threads) const {
    absl::StatusOr<LoweredProgram> lowered = Lower(schedules, threads);
    if (!lowered.ok()) return lowered.status();
    auto object = GenerateCode(context, *lowered->module, lowered->arguments.size(),
                               CodeFormat::kObject);
    if (!object.ok()) return object.status();
    return LinkKernel(std::move(*object), std::move(lowered->arguments));
  }

  // A task by itself against its own unscheduled form; empty when it is right.
  std::string Fault(size_t task, const std::string& schedule,
                    const MachineModel& machine, const MeasureSettings& settings) const;
};

std::string TaskProgram::State::Fault(size_t task, const std::string& schedule,
                                      const MachineModel& machine,
                                      const MeasureSettings& settings) const {
  const ProgramTask& info = program.tasks[task];
  const auto compile =
      [&](const std::string& text) -> absl::StatusOr<std::unique_ptr<Kernel>> {
    auto body = Body(task, text);
    if (!body.ok()) return body.status();
    return CompileKernel(context, *std::move(body),
                         text.empty() ? 1 : settings.threads);
  };
  auto alone = Reference::Compute([&] { return compile(""); }, info.info.flops,
                                  LimitsOf(settings));
  if (!alone.ok()) return absl::StrCat(info.name, ": ", alone.status().message());
  const auto measured =
      Measure(**alone, Candidate{[&] { return compile(schedule); }, nullptr},
              {info.info.flops, info.info.bytes}, machine, settings);
  if (!measured.ok()) return absl::StrCat(info.name, ": ", measured.status().message());
  if (measured->outcome == Outcome::kOk) return "";
  return absl::StrCat(info.name, ": ", OutcomeName(measured->outcome), ": ",
                      measured->message);
}

TaskProgram::TaskProgram(std::unique_ptr<State> state) : state_(std::move(state)) {
  for (const ProgramTask& task : state_->program.tasks) {
    tasks_.push_back({task.name, task.source, task.info.anchor().name, task.calls,
                      task.info.flops, task.info.bytes});
  }
}

TaskProgram::~TaskProgram() = default;

absl::StatusOr<std::unique_ptr<TaskProgram>> TaskProgram::Cut(
    CompilerContext& context, const std::string& name, const std::string& source) {
  absl::StatusOr<CutProgram> cut = CutIntoTasks(context, name, source);
  if (!cut.ok()) return cut.status();
  std::unique_ptr<State> state(new State{context, *std::move(cut), nullptr});
  return std::unique_ptr<TaskProgram>(new TaskProgram(std::move(state)));
}

const std::vector<std::string>& TaskProgram::notes() const {
  return state_->program.notes;
}
double TaskProgram::flops() const { return state_->program.flops; }
double TaskProgram::bytes() const { return state_->program.bytes; }

absl::Status TaskProgram::CheckSchedules(
    const std::vector<std::string>& schedules) const {
  if (schedules.size() == tasks_.size()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      "got ", schedules.size(), " schedules for ", tasks_.size(), " tasks"));
}

absl::Status TaskProgram::EnsureReference(const MeasureSettings& settings) {
  if (state_->reference) return absl::OkStatus();
  auto reference = Reference::Compute(
      [&] { return CompileKernel(state_->context, state_->Clone()); }, flops(),
      LimitsOf(settings));
  if (!reference.ok()) return reference.status();
  state_->reference = *std::move(reference);
  return absl::OkStatus();
}

absl::StatusOr<Measurement> TaskProgram::MeasureUnscheduled(
    const MachineModel& machine, const MeasureSettings& settings) {
  if (absl::Status status = EnsureReference(settings); !status.ok()) return status;
  return Measure(*state_->reference,
                 Candidate{[&] {
                             return CompileKernel(state_->context, state_->Clone(),
                                                  settings.threads);
                           },
                           nullptr},
                 {flops(), bytes()}, machine, settings);
}

absl::StatusOr<ProgramMeasurement> TaskProgram::MeasureScheduled(
    const std::vector<std::string>& schedules, const MachineModel& machine,
    const MeasureSettings& settings, TimedBeside beside) {
  if (absl::Status status = CheckSchedules(schedules); !status.ok()) return status;
  if (absl::Status status = EnsureReference(settings); !status.ok()) return status;
  Candidate candidate{[&] { return state_->Compile(schedules, settings.threads); },
                      nullptr};
  if (beside == TimedBeside::kProgramAsItCame) {
    candidate.compile_previous = [&] {
      return CompileKernel(state_->context, state_->Clone());
    };
  }
  absl::StatusOr<Measurement> measured =
      Measure(*state_->reference, candidate, {flops(), bytes()}, machine, settings);
  if (!measured.ok()) return measured.status();
  ProgramMeasurement result{*std::move(measured), {}};
  if (result.measurement.outcome == Outcome::kOk) return result;
  for (size_t i = 0; i < schedules.size(); ++i) {
    if (schedules[i].empty()) continue;
    std::string fault = state_->Fault(i, schedules[i], machine, settings);
    if (!fault.empty()) result.faults.push_back(std::move(fault));
  }
  return result;
}

absl::StatusOr<std::string> TaskProgram::AssembledText() const {
  return ScheduledText(std::vector<std::string>(tasks_.size()));
}

absl::StatusOr<std::string> TaskProgram::ScheduleText(
    const std::vector<std::string>& schedules) const {
  if (absl::Status status = CheckSchedules(schedules); !status.ok()) return status;
  return AssembleSchedule(state_->context, state_->program, schedules);
}

absl::StatusOr<std::string> TaskProgram::ScheduledText(
    const std::vector<std::string>& schedules) const {
  if (absl::Status status = CheckSchedules(schedules); !status.ok()) return status;
  absl::StatusOr<TaskBodies> bodies = state_->Bodies(schedules);
  if (!bodies.ok()) return bodies.status();
  mlir::OwningOpRef<mlir::ModuleOp> module = AssembleModule(state_->program, *bodies);
  return ModuleText(*module);
}

absl::StatusOr<std::string> TaskProgram::LlvmText(
    const std::vector<std::string>& schedules, int threads) const {
  return Code(schedules, threads, /*object=*/false);
}

absl::StatusOr<std::string> TaskProgram::Object(
    const std::vector<std::string>& schedules, int threads) const {
  return Code(schedules, threads, /*object=*/true);
}

absl::StatusOr<std::string> TaskProgram::Code(const std::vector<std::string>& schedules,
                                              int threads, bool object) const {
  if (absl::Status status = CheckSchedules(schedules); !status.ok()) return status;
  absl::StatusOr<LoweredProgram> lowered = state_->Lower(schedules, threads);
  if (!lowered.ok()) return lowered.status();
  auto code = GenerateCode(state_->context, *lowered->module, lowered->arguments.size(),
                           object ? CodeFormat::kObject : CodeFormat::kLlvmIr);
  if (!code.ok()) return code.status();
  return std::string(code->begin(), code->end());
}

}  // namespace weft
