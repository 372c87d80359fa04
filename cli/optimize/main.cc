// weft-optimize, which `weft optimize` starts.

#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "CLI/CLI.hpp"
#include "cli/commands.h"
#include "cli/optimize/optimize.h"
#include "cli/result_output.h"
#include "cli/search/search_options.h"
#include "common/process/child_process.h"
#include "common/process/stop_signals.h"
#include "common/store/local_store.h"

namespace weft {
namespace {

constexpr char kHelp[] = R"(
The program is a module with one function on statically shaped tensors, of linalg
operations. It is cut into tasks: a contraction, convolution, pooling, reduction or
transpose with the elementwise operations around it. Equal tasks are searched once.
Then the scheduled tasks are assembled, checked against the program as it came on
random inputs, and timed.

OUT_DIR gets program.mlir (a function per task), schedule.mlir (what mlir-opt-19 turns
that into scheduled.mlir with), scheduled.mlir, scheduled.ll or scheduled.o as --emit
asks, tasks/ with every task and its schedule, and store.sqlite: run the command again
and what was measured is known. The object has one symbol,
void weft_kernel(void* const* buffers).

Ctrl-C ends the searches and assembles what they found; a second one ends at once.

  weft optimize datasets/suites/schedules/mlp3.mlir -o runs/mlp3 --budget 30)";

struct Arguments {
  OptimizeOptions options;
  std::string store;
  std::string json;
};

// One line that is rewritten in place on a terminal; elsewhere a log of lines that stay
// and no progress.
class Display {
 public:
  void Note(const std::string& line) {
    Finish();
    std::fprintf(stderr, "%s\n", line.c_str());
  }
  void Progress(const std::string& line) {
    if (!terminal_) return;
    std::fprintf(stderr, "\r\033[K%s", line.c_str());
    std::fflush(stderr);
    open_ = true;
  }
  void Finish() {
    if (open_) std::fputc('\n', stderr);
    open_ = false;
  }

 private:
  const bool terminal_ = isatty(STDERR_FILENO) != 0;
  bool open_ = false;
};

int Fail(const std::string& message, int code) {
  std::fprintf(stderr, "weft optimize: %s\n", message.c_str());
  return code;
}

bool WriteJson(const std::string& path, const nlohmann::json& json) {
  std::ofstream file(path, std::ios::trunc);
  file << json.dump(2) << "\n";
  file.close();
  return static_cast<bool>(file);
}

int ExitCode(const OptimizeReport& report) {
  if (StopRequested()) return kExitInterrupted;
  bool complete =
      report.scheduled.measurement.outcome == Outcome::kOk && report.export_status.ok();
  for (const TaskRow& task : report.tasks) complete &= task.result.problem.empty();
  return complete ? kExitOk : kExitFailure;
}

int Run(Arguments arguments) {
  OptimizeOptions& options = arguments.options;
  if (absl::Status status = MakeOutputFolders(options.output_folder); !status.ok()) {
    return Fail(std::string(status.message()), kExitUsage);
  }
  SqliteStoreOptions store_options;
  store_options.path = arguments.store.empty() ? options.output_folder + "/store.sqlite"
                                               : arguments.store;
  const auto store = LocalStore::Open(store_options);
  if (!store.ok()) return Fail(std::string(store.status().message()), kExitFailure);
  options.store = store->get();
  options.worker_path = ExecutableFolder() + "/weft-worker";
  options.measure.timing_cpu = ResolveTimingCpu(options.measure.timing_cpu);

  CatchStopSignals(SecondSignal::kEndsTheProcess);
  Display display;
  OptimizeEvents events;
  events.note = [&](const std::string& line) { display.Note(line); };
  events.progress = [&](const std::string& line) { display.Progress(line); };
  events.stop = StopRequested;
  const absl::StatusOr<OptimizeReport> report = Optimize(options, events);
  display.Finish();
  if (!report.ok()) {
    const bool usage =
        absl::IsInvalidArgument(report.status()) || absl::IsNotFound(report.status());
    return Fail(std::string(report.status().message()),
                usage ? kExitUsage : kExitFailure);
  }
  const absl::Status printed = WriteResult(ReportTable(*report));
  if (!arguments.json.empty() && !WriteJson(arguments.json, ReportJson(*report))) {
    return Fail("cannot write " + arguments.json, kExitFailure);
  }
  if (!printed.ok()) return Fail(std::string(printed.message()), kExitFailure);
  if (!report->export_status.ok()) {
    return Fail(std::string(report->export_status.message()), ExitCode(*report));
  }
  return ExitCode(*report);
}

int OptimizeMain(int argc, char** argv) {
  Arguments arguments;
  OptimizeOptions& options = arguments.options;
  options.search.workers = 2;
  options.search.take_best_known = true;
  // Whole programs take longer than tasks, compiled and run without a schedule.
  options.measure.compile_timeout_seconds = 60;
  options.measure.run_timeout_seconds = 60;
  const std::map<std::string, EmitForm> forms = {
      {"mlir", EmitForm::kMlir}, {"llvm", EmitForm::kLlvm}, {"obj", EmitForm::kObject}};
  CLI::App app(
      "Cuts a program into tasks, finds a schedule for each, and assembles them.",
      "weft optimize");
  app.footer(kHelp);
  app.add_option("PROGRAM", options.program_path,
                 "An .mlir file with one entry function")
      ->required();
  app.add_option("-o,--output", options.output_folder, "Folder for what is found")
      ->required()
      ->option_text("OUT_DIR REQUIRED");
  AddSearchOptions("Measurements per distinct task, known ones included",
                   &options.search, &options.measure, &app);
  app.add_option(
         "--emit", options.emit,
         "Further form of the result: llvm writes scheduled.ll, obj scheduled.o")
      ->transform(CLI::CheckedTransformer(forms, CLI::ignore_case));
  app.add_option("--store", arguments.store,
                 "Schedule store to consult and to fill (store.sqlite in OUT_DIR)");
  app.add_option("--json", arguments.json, "Also write the report to this file");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kExitOk : kExitUsage;
  }
  return Run(std::move(arguments));
}

}  // namespace
}  // namespace weft

int main(int argc, char** argv) { return weft::OptimizeMain(argc, argv); }
