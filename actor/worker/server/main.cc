// weft-worker: all that touches MLIR, in a process that may die of it.
#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "actor/worker/server/measure_command.h"
#include "actor/worker/server/serve.h"
#include "common/process/child_process.h"
#include "spdlog/sinks/stdout_sinks.h"
#include "spdlog/spdlog.h"

namespace {

constexpr char kUsage[] = R"(usage:
  weft-worker --fd N
      Serve an actor on the inherited socket N (see proto/weft/v1/worker.proto).
  weft-worker measure PROGRAM.mlir [SCHEDULE.mlir] [OPTION ...]
      Compile, check and time a program, or what the transform module SCHEDULE.mlir
      makes of it, and print the result.
        --budget SECONDS   how long to repeat the kernel (0.1)
        --timeout SECONDS  limit for compiling, and for running (60)
        --cpu N            CPU to pin the timed thread to (-1: any)
        --threads N        threads of the kernel (1)
        --memory MIB       limit of address space (4096)
        --against PATH     transform module of a schedule to time against, in pairs
        --against-unscheduled
                           time against the program as it is, in pairs
        --json PATH        write the result there, too
        --parent-pid N     end when this parent does
        --lease PATH       the machine's timing lease (/tmp/weft-timing.lease)
        --assembly         print the machine code instead of measuring
)";

int Misused(const std::string& what) {
  std::cerr << "weft-worker: " << what << "\n" << kUsage;
  return 2;
}

int MeasureMain(const std::vector<std::string>& arguments) {
  weft::MeasureCommand command;
  double timeout = 60;
  for (size_t i = 1; i < arguments.size(); ++i) {
    const std::string& argument = arguments[i];
    const std::string value = i + 1 < arguments.size() ? arguments[i + 1] : "";
    bool good = true;
    if (argument == "--assembly") {
      command.print_assembly = true;
    } else if (argument == "--against-unscheduled") {
      command.against_unscheduled = true;
    } else if (argument == "--memory") {
      uint64_t mebibytes = 0;
      good = absl::SimpleAtoi(value, &mebibytes) && mebibytes > 0;
      command.settings.memory_limit_bytes = mebibytes << 20;
      ++i;
    } else if (argument == "--json") {
      command.json_path = value;
      good = !value.empty();
      ++i;
    } else if (argument == "--parent-pid") {
      pid_t parent = 0;
      good = absl::SimpleAtoi(value, &parent) && parent > 0;
      if (good) weft::DieWithParent(parent);
      ++i;
    } else if (argument == "--budget") {
      good = absl::SimpleAtod(value, &command.settings.timing_budget_seconds) &&
             command.settings.timing_budget_seconds > 0;
      ++i;
    } else if (argument == "--timeout") {
      good = absl::SimpleAtod(value, &timeout) && timeout > 0;
      ++i;
    } else if (argument == "--cpu") {
      good = absl::SimpleAtoi(value, &command.settings.timing_cpu);
      ++i;
    } else if (argument == "--threads") {
      good = absl::SimpleAtoi(value, &command.settings.threads) &&
             command.settings.threads >= 1;
      ++i;
    } else if (argument == "--against") {
      command.previous_path = value;
      good = !value.empty();
      ++i;
    } else if (argument == "--lease") {
      command.settings.lease_path = value;
      good = !value.empty();
      ++i;
    } else if (argument.rfind("--", 0) == 0) {
      return Misused("unknown option " + argument);
    } else if (command.program_path.empty()) {
      command.program_path = argument;
    } else if (command.schedule_path.empty()) {
      command.schedule_path = argument;
    } else {
      return Misused("one argument too many: " + argument);
    }
    if (!good) return Misused("bad value '" + value + "' of " + argument);
  }
  if (command.program_path.empty()) return Misused("measure needs a program");
  if (command.against_unscheduled && !command.previous_path.empty()) {
    return Misused("--against and --against-unscheduled exclude each other");
  }
  command.settings.compile_timeout_seconds = timeout;
  command.settings.run_timeout_seconds = timeout;
  const absl::Status status = weft::RunMeasureCommand(command);
  if (status.ok()) return 0;
  std::cerr << "weft-worker: " << status.message() << "\n";
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  spdlog::set_default_logger(spdlog::stderr_logger_st("weft-worker"));
  if (arguments.empty()) return Misused("nothing to do");
  if (arguments[0] == "--help" || arguments[0] == "-h") {
    std::cout << kUsage;
    return 0;
  }
  if (arguments[0] == "measure") return MeasureMain(arguments);
  int file = -1;
  if (arguments[0] == "--fd" && arguments.size() == 2 &&
      absl::SimpleAtoi(arguments[1], &file) && file >= 0) {
    return weft::Serve(file);
  }
  return Misused("unknown arguments");
}
