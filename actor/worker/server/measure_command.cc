#include "actor/worker/server/measure_command.h"

#include <errno.h>

#include <fstream>
#include <iostream>
#include <memory>
#include <sstream>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "actor/worker/compiler_context.h"
#include "actor/worker/lowering/host_cpu.h"
#include "actor/worker/lowering/kernel.h"
#include "actor/worker/lowering/warm_up.h"
#include "actor/worker/measure/probe_machine.h"
#include "actor/worker/transforms/apply_schedule.h"
#include "actor/worker/transforms/scheduled_program.h"
#include "nlohmann/json.hpp"

namespace weft {
namespace {

using nlohmann::json;

absl::StatusOr<std::string> ReadFile(const std::string& path) {
  std::ifstream file(path);
  if (!file) return absl::ErrnoToStatus(errno, absl::StrCat("reading ", path));
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

void PrintMachine(const MachineModel& machine) {
  std::cout << absl::StrFormat(
      "machine            %s, %.1f GFLOP/s, memory %.1f GB/s, cache %.1f GB/s\n",
      HostCpuName(), machine.peak_flops * 1e-9, machine.memory_bandwidth * 1e-9,
      machine.cache_bandwidth * 1e-9);
}

void PrintInterference(const Measurement& measurement) {
  std::cout << absl::StrFormat("rejected           %d samples",
                               measurement.rejected_samples);
  for (int i = 0; i < kNumInterferences; ++i) {
    if (measurement.rejections[i] == 0) continue;
    std::cout << absl::StrFormat(", %d %s", measurement.rejections[i],
                                 InterferenceName(static_cast<Interference>(i)));
  }
  std::cout << absl::StrFormat("; %.0f %% of the time a task waited for a CPU\n",
                               measurement.cpu_pressure * 100);
  if (measurement.page_faults > 0) {
    std::cout << absl::StrFormat("page faults        %d while the clock ran\n",
                                 measurement.page_faults);
  }
}

void PrintConfirmation(const Confirmation& confirmation) {
  std::cout << absl::StrFormat(
      "the other          %.3f us, %.3f times as long; %d of %d pairs won: %s\n",
      confirmation.previous_seconds * 1e6, confirmation.ratio, confirmation.pairs_won,
      confirmation.pairs, confirmation.faster ? "faster" : "not faster");
}

void PrintMeasurement(const Measurement& measurement, const ScheduledProgram& program,
                      const MachineModel& machine, int threads) {
  std::cout << absl::StrFormat("outcome            %s\n",
                               OutcomeName(measurement.outcome));
  if (!measurement.message.empty()) {
    std::cout << absl::StrFormat("message            %s\n", measurement.message);
  }
  std::cout << absl::StrFormat("compile            %.1f ms\n",
                               measurement.compile_seconds * 1e3)
            << absl::StrFormat("check              %.1f ms",
                               measurement.check_seconds * 1e3);
  if (measurement.outcome != Outcome::kOk) {
    std::cout << "\n";
    return;
  }
  std::cout << absl::StrFormat(", largest relative error %.3g\n",
                               measurement.max_relative_error);
  PrintInterference(measurement);
  if (measurement.confirmation) PrintConfirmation(*measurement.confirmation);
  const double roofline =
      RooflineSeconds(program.flops(), program.bytes(), machine, threads);
  std::cout << absl::StrFormat("time               %.3f us (smallest of %d samples)\n",
                               measurement.seconds * 1e6, measurement.samples.size())
            << absl::StrFormat("rate               %.2f GFLOP/s, %.1f %% of the peak\n",
                               program.flops() / measurement.seconds * 1e-9,
                               program.flops() / measurement.seconds /
                                   machine.peak_flops / threads * 100)
            << absl::StrFormat("roofline           %.3f us, %.1f %% of it reached\n",
                               roofline * 1e6, roofline / measurement.seconds * 100);
}

absl::Status WriteJson(const std::string& path, const Measurement& measurement) {
  if (path.empty()) return absl::OkStatus();
  json value = {{"outcome", OutcomeName(measurement.outcome)},
                {"message", measurement.message},
                {"seconds", measurement.seconds},
                {"disturbed", measurement.disturbed},
                {"page_faults", measurement.page_faults}};
  if (measurement.confirmation) {
    const Confirmation& confirmation = *measurement.confirmation;
    value["confirmation"] = {{"seconds", confirmation.seconds},
                             {"previous_seconds", confirmation.previous_seconds},
                             {"ratio", confirmation.ratio},
                             {"pairs", confirmation.pairs},
                             {"pairs_won", confirmation.pairs_won},
                             {"faster", confirmation.faster}};
  }
  std::ofstream file(path);
  // A compiler's diagnostic need not be UTF-8.
  file << value.dump(2, ' ', false, json::error_handler_t::replace) << "\n";
  if (file.flush()) return absl::OkStatus();
  return absl::ErrnoToStatus(errno, absl::StrCat("writing ", path));
}

}  // namespace

absl::Status RunMeasureCommand(const MeasureCommand& command) {
  absl::StatusOr<std::string> source = ReadFile(command.program_path);
  if (!source.ok()) return source.status();
  std::string schedule;
  std::string previous;
  for (const auto& [path, into] : {std::pair(command.schedule_path, &schedule),
                                   std::pair(command.previous_path, &previous)}) {
    if (path.empty()) continue;
    absl::StatusOr<std::string> text = ReadFile(path);
    if (!text.ok()) return text.status();
    *into = *text;
  }
  absl::StatusOr<MachineModel> machine = ProbeMachineOnce(
      command.settings.lease_path, command.settings.lease_timeout_seconds,
      command.settings.timing_cpu);
  if (!machine.ok()) return machine.status();

  CompilerContext context;
  WarmUpCompiler(context);
  auto program =
      ScheduledProgram::Load(context, command.program_path, *source, *machine);
  if (!program.ok()) return program.status();
  for (const std::string& note : (*program)->notes()) {
    std::cerr << command.program_path << ": " << note << "\n";
  }
  mlir::OwningOpRef<mlir::ModuleOp> scheduled = (*program)->OriginalModule();
  if (!schedule.empty()) {
    absl::Status applied = ApplyScheduleModule(context, schedule, *scheduled);
    if (!applied.ok()) return applied;
  }
  if (command.print_assembly) {
    auto assembly =
        KernelAssembly(context, std::move(scheduled), command.settings.threads);
    if (!assembly.ok()) return assembly.status();
    std::cout << *assembly;
    return absl::OkStatus();
  }

  auto reference = Reference::Compute(
      [&] { return CompileKernel(context, (*program)->OriginalModule()); },
      (*program)->flops(), LimitsOf(command.settings));
  if (!reference.ok()) {
    return absl::Status(reference.status().code(),
                        absl::StrCat(command.program_path, ": ",
                                     absl::string_view(reference.status().message())));
  }
  // Runs in a child, so that giving the module away is fine.
  Candidate candidate;
  candidate.compile = [&] {
    return CompileKernel(context, std::move(scheduled), command.settings.threads);
  };
  if (!previous.empty() || command.against_unscheduled) {
    candidate.compile_previous = [&]() -> absl::StatusOr<std::unique_ptr<Kernel>> {
      auto module = (*program)->OriginalModule();
      if (!previous.empty()) {
        absl::Status applied = ApplyScheduleModule(context, previous, *module);
        if (!applied.ok()) return applied;
      }
      return CompileKernel(context, std::move(module), command.settings.threads);
    };
  }
  absl::StatusOr<Measurement> measurement =
      Measure(**reference, candidate, {(*program)->flops(), (*program)->bytes()},
              *machine, command.settings);
  if (!measurement.ok()) return measurement.status();
  PrintMachine(*machine);
  PrintMeasurement(*measurement, **program, *machine, command.settings.threads);
  if (absl::Status written = WriteJson(command.json_path, *measurement);
      !written.ok()) {
    return written;
  }
  if (measurement->outcome == Outcome::kOk) return absl::OkStatus();
  return absl::FailedPreconditionError("the schedule was not measured");
}

}  // namespace weft
