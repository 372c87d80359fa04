// `weft search`: the fastest schedule of one program, without a learned policy.

#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "actor/search/best_file.h"
#include "actor/search/search.h"
#include "actor/search/search_target.h"
#include "cli/commands.h"
#include "cli/result_output.h"
#include "cli/search/search_display.h"
#include "cli/search/search_options.h"
#include "common/process/child_process.h"
#include "common/process/stop_signals.h"
#include "common/schedule/parse_schedule.h"
#include "common/store/local_store.h"

namespace weft {
namespace {

struct Arguments {
  std::string program;
  std::string output;
  std::string store;
  bool resume = false;
  bool json = false;
  MeasureOptions measure;
  std::vector<std::string> tried_first;
  SearchOptions search;
};

int Fail(const absl::Status& status, int code = kExitFailure) {
  std::fprintf(stderr, "weft search: %s\n", std::string(status.message()).c_str());
  return code;
}

absl::Status PrepareFolder(const Arguments& arguments, const std::string& journal) {
  std::error_code error;
  std::filesystem::create_directories(arguments.output, error);
  if (error) {
    return absl::FailedPreconditionError(absl::StrCat(
        "cannot make the folder ", arguments.output, ": ", error.message()));
  }
  if (!arguments.resume && std::filesystem::exists(journal, error)) {
    return absl::AlreadyExistsError(absl::StrCat(
        journal,
        " is of an earlier search; go on with it by --resume, or give another ",
        "folder with -o"));
  }
  return absl::OkStatus();
}

SearchScale ScaleOf(const SearchTarget& target) {
  SearchScale scale;
  scale.program = target.name();
  scale.anchor = target.anchor();
  scale.cpu = target.machine().cpu;
  scale.threads = target.threads();
  scale.flops = target.flops();
  scale.bytes = target.bytes();
  scale.peak_flops = target.machine().model.peak_flops * target.threads();
  return scale;
}

// Rewrites one line on a terminal; elsewhere prints a line per improvement.
void ShowProgress(const std::string& line, bool improved) {
  if (isatty(STDERR_FILENO)) {
    std::fprintf(stderr, "\r\033[K%s", line.c_str());
    std::fflush(stderr);
  } else if (improved) {
    std::fprintf(stderr, "%s\n", line.c_str());
  }
}

absl::StatusOr<SearchProgress> Search(const Arguments& arguments, SearchTarget& target,
                                      Journal& journal, const std::string& best_path) {
  SearchOptions options = arguments.search;
  options.informed.machine = target.machine().model;
  options.informed.threads = target.threads();
  const SearchScale scale = ScaleOf(target);
  absl::Status written;
  SearchHooks hooks;
  hooks.stop = [&] { return StopRequested() || !written.ok(); };
  hooks.on_trial = [&](const SearchProgress& progress, const Trial&, bool improved) {
    if (improved) written.Update(WriteBestFile(best_path, target, progress));
    ShowProgress(ProgressLine(progress, options.budget, scale), improved);
  };
  absl::StatusOr<SearchProgress> progress =
      RunSearch(target.name(), options, target.factory(), &journal, hooks);
  if (isatty(STDERR_FILENO)) std::fprintf(stderr, "\n");
  if (progress.ok() && !written.ok()) return written;
  return progress;
}

// What the search has found on its way was timed at different moments. A search that
// only read what was known compiles and times nothing, here neither.
FinalTiming TimeFinally(const Arguments& arguments, const SearchProgress& progress,
                        const SearchTarget& target, const std::string& best_path) {
  if (!progress.best) return {std::nullopt, "there is no schedule"};
  if (progress.interrupted) return {std::nullopt, "interrupted"};
  if (progress.reused == progress.trials) {
    return {std::nullopt, "every time was known before"};
  }
  SideBySideOptions options;
  options.worker_path = ExecutableFolder() + "/weft-worker";
  options.measure = target.measure();
  options.log_path = arguments.output + "/final_timing.log";
  std::fprintf(stderr, "timing the best schedule beside the unscheduled program\n");
  const auto times =
      TimeSideBySide(target.program().path, best_path, options, StopRequested);
  if (!times.ok()) return {std::nullopt, std::string(times.status().message())};
  return {*times, ""};
}

int Run(Arguments arguments) {
  const std::string name = std::filesystem::path(arguments.program).stem().string();
  if (arguments.output.empty()) arguments.output = "runs/search-" + name;
  if (arguments.store.empty()) arguments.store = arguments.output + "/store.sqlite";
  const std::string journal_path = arguments.output + "/journal.jsonl";
  const std::string best_path = arguments.output + "/" + name + ".mlir";
  if (absl::Status status = PrepareFolder(arguments, journal_path); !status.ok()) {
    return Fail(status, kExitUsage);
  }
  SqliteStoreOptions store_options;
  store_options.path = arguments.store;
  const auto store = LocalStore::Open(store_options);
  if (!store.ok()) return Fail(store.status());

  SearchTargetOptions target_options;
  target_options.worker_path = ExecutableFolder() + "/weft-worker";
  target_options.measure = arguments.measure;
  target_options.store = store->get();
  const auto target = SearchTarget::Open(arguments.program, target_options);
  if (!target.ok()) {
    const bool usage =
        absl::IsInvalidArgument(target.status()) || absl::IsNotFound(target.status());
    return Fail(target.status(), usage ? kExitUsage : kExitFailure);
  }
  for (const std::string& note : (*target)->notes()) {
    std::fprintf(stderr, "%s: %s\n", arguments.program.c_str(), note.c_str());
  }
  JournalSubject subject{name, (*target)->program().source, (*target)->machine().cpu,
                         arguments.measure.threads, (*target)->versions()};
  const auto journal = Journal::Open(journal_path, subject);
  if (!journal.ok()) return Fail(journal.status(), kExitUsage);

  CatchStopSignals(SecondSignal::kEndsTheProcess);
  const auto progress = Search(arguments, **target, **journal, best_path);
  if (!progress.ok()) return Fail(progress.status());
  const SearchScale scale = ScaleOf(**target);
  const FinalTiming timing = TimeFinally(arguments, *progress, **target, best_path);
  const std::string output = arguments.json
                                 ? ResultJson(*progress, scale, timing).dump(2) + "\n"
                                 : ResultTable(*progress, scale, timing);
  const absl::Status printed = WriteResult(output);
  if (progress->best) std::fprintf(stderr, "best schedule: %s\n", best_path.c_str());
  if (progress->interrupted) {
    std::fprintf(stderr, "interrupted; go on with --resume -o %s\n",
                 arguments.output.c_str());
  }
  if (!printed.ok()) return Fail(printed);
  if (progress->interrupted || StopRequested()) return kExitInterrupted;
  return progress->best ? kExitOk : kExitFailure;
}

int SearchMain(int argc, char** argv) {
  Arguments arguments;
  arguments.search.workers = 2;
  CLI::App app(
      "Searches for a fast schedule of one program by compiling, checking and timing "
      "schedules.",
      "weft search");
  app.add_option("PROGRAM", arguments.program, "MLIR module with one function")
      ->required();
  AddSearchOptions("Schedules to measure", &arguments.search, &arguments.measure, &app);
  app.add_option("--try", arguments.tried_first,
                 "A schedule to measure first, such as 'vectorize[1,16]' or one that a "
                 "table shows; what is not legal in it becomes the nearest that "
                 "is; may be given again");
  app.add_option("-o,--output", arguments.output,
                 "Folder of the best schedule, the journal and the store "
                 "(runs/search-PROGRAM)");
  app.add_option("--store", arguments.store,
                 "Schedule store to consult and to fill (store.sqlite in the folder)");
  app.add_flag("--resume", arguments.resume, "Go on with the search in the folder");
  app.add_flag("--json", arguments.json, "Print JSON instead of the table");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kExitOk : kExitUsage;
  }
  for (const std::string& text : arguments.tried_first) {
    const auto schedule = ParseSchedule(text);
    if (!schedule.ok()) {
      return Fail(absl::InvalidArgumentError(
                      absl::StrCat("--try: ", schedule.status().message())),
                  kExitUsage);
    }
    arguments.search.first.push_back(*schedule);
  }
  return Run(std::move(arguments));
}

}  // namespace
}  // namespace weft

int main(int argc, char** argv) { return weft::SearchMain(argc, argv); }
