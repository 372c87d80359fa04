// schedules-replay: every schedule of a store that is exported must turn its program
// into the IR that was measured when plain mlir-opt applies it. The store has the hash
// of that IR, so that neither the worker nor anything else of Weft takes part.

#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <system_error>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/process/child_process.h"
#include "common/store/measurement_key.h"
#include "common/store/sqlite_database.h"

namespace weft {
namespace {

constexpr absl::Duration kReplayTimeout = absl::Minutes(2);

struct Arguments {
  std::string store;
  std::vector<std::string> suites = {"datasets/suites/schedules"};
  std::string mlir_opt = "/usr/bin/mlir-opt-19";
  bool all = false;
};

struct Exported {
  std::string program;
  std::string schedule;  // For a person.
  std::string module;    // The transform module.
  std::string ir;        // Hash of the IR that was measured.
};

std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

// The fastest schedule of every program, or all; baselines are as they came.
absl::StatusOr<std::vector<Exported>> ReadSchedules(const Arguments& arguments) {
  absl::StatusOr<SqliteDatabase> database =
      SqliteDatabase::Open(arguments.store, absl::Seconds(10));
  if (!database.ok()) return database.status();
  // SQLite takes the other columns of a MIN from the row that has it.
  absl::StatusOr<SqliteStatement> rows = SqliteStatement::Prepare(
      *database,
      absl::StrCat("SELECT program, schedule, schedule_module, ir, ",
                   arguments.all ? "seconds" : "MIN(seconds)",
                   " FROM measurements WHERE outcome = 'ok' AND baseline = 0 "
                   "AND schedule_module != ''",
                   arguments.all ? "" : " GROUP BY task, cpu, threads"));
  if (!rows.ok()) return rows.status();
  std::vector<Exported> schedules;
  while (true) {
    const absl::StatusOr<bool> row = rows->Step();
    if (!row.ok()) return row.status();
    if (!*row) return schedules;
    schedules.push_back({rows->Text(0), rows->Text(1), rows->Text(2), rows->Text(3)});
  }
}

// The folders that programs may be in: the suites, and those of the tasks that networks
// were cut into, which lie beside the store.
std::vector<std::string> ProgramFolders(const Arguments& arguments) {
  std::vector<std::string> folders = arguments.suites;
  std::error_code none;
  const auto beside = std::filesystem::absolute(arguments.store).parent_path().string();
  std::filesystem::directory_iterator entry(beside, none);
  for (; !none && entry != std::filesystem::directory_iterator();
       entry.increment(none)) {
    const std::string tasks = entry->path().string() + "/tasks";
    std::error_code unreadable;
    if (std::filesystem::is_directory(tasks, unreadable)) folders.push_back(tasks);
  }
  return folders;
}

// Tasks of different networks can have the same name.
std::vector<std::string> FindPrograms(const std::vector<std::string>& folders,
                                      const std::string& name) {
  std::vector<std::string> found;
  std::error_code none;
  for (const std::string& folder : folders) {
    const std::string path = absl::StrCat(folder, "/", name, ".mlir");
    if (std::filesystem::exists(path, none)) found.push_back(path);
  }
  return found;
}

// Hash of what mlir-opt prints.
absl::StatusOr<std::string> Replay(const Arguments& arguments,
                                   const std::string& program, const Exported& exported,
                                   const std::string& folder) {
  const std::string module = folder + "/schedule.mlir";
  const std::string output = folder + "/replayed.mlir";
  std::filesystem::remove(output);
  std::ofstream(module) << exported.module;
  const auto process = ChildProcess::Start(
      {arguments.mlir_opt, program,
       absl::StrCat("--transform-preload-library=transform-library-paths=", module),
       "--transform-interpreter"},
      output);
  if (!process.ok()) return process.status();
  const auto ended = (*process)->Wait(kReplayTimeout);
  if (!ended) return absl::DeadlineExceededError("mlir-opt did not end");
  const std::string text = ReadFile(output);
  if (!ended->ok()) {
    return absl::AbortedError(
        absl::StrCat(ended->ToString(), ": ", text.substr(0, 1000)));
  }
  return Sha256Hex(text);
}

// OK when it gives the IR that was measured.
absl::Status Check(const Arguments& arguments, const std::vector<std::string>& folders,
                   const Exported& exported, const std::string& folder) {
  const std::vector<std::string> programs = FindPrograms(folders, exported.program);
  absl::Status status =
      absl::NotFoundError(absl::StrCat(exported.program, ".mlir is in none of ",
                                       absl::StrJoin(folders, ", "), " (--suite)"));
  for (const std::string& program : programs) {
    const absl::StatusOr<std::string> replayed =
        Replay(arguments, program, exported, folder);
    if (replayed.ok() && *replayed == exported.ir) return absl::OkStatus();
    status = replayed.ok() ? absl::DataLossError("it is other IR") : replayed.status();
  }
  return status;
}

int Run(const Arguments& arguments) {
  const absl::StatusOr<std::vector<Exported>> schedules = ReadSchedules(arguments);
  if (!schedules.ok()) {
    std::fprintf(stderr, "schedules-replay: %s\n",
                 schedules.status().ToString().c_str());
    return 2;
  }
  const std::string folder = absl::StrCat(
      std::filesystem::temp_directory_path().string(), "/weft-replay-", getpid());
  std::filesystem::create_directories(folder);
  const std::vector<std::string> folders = ProgramFolders(arguments);
  size_t identical = 0;
  for (const Exported& exported : *schedules) {
    const absl::Status same = Check(arguments, folders, exported, folder);
    identical += same.ok() ? 1 : 0;
    std::printf("%-20s %-9s %s\n", exported.program.c_str(),
                same.ok() ? "identical" : "DIFFERENT", exported.schedule.c_str());
    if (!same.ok()) std::printf("  %s\n", same.ToString().c_str());
  }
  std::filesystem::remove_all(folder);
  std::printf("%zu of %zu schedules replay to the identical IR\n", identical,
              schedules->size());
  return !schedules->empty() && identical == schedules->size() ? 0 : 1;
}

int ReplayMain(int argc, char** argv) {
  Arguments arguments;
  CLI::App app(
      "Replays the best schedule of every program in a store with plain mlir-opt and "
      "compares the IR with what was measured.",
      "schedules-replay");
  app.add_option("STORE", arguments.store, "SQLite file of a search, benchmark or run")
      ->required()
      ->check(CLI::ExistingFile);
  app.add_option("--suite", arguments.suites,
                 "Folder of programs; may be given again. Tasks of networks are found "
                 "beside the store")
      ->capture_default_str();
  app.add_option("--mlir-opt", arguments.mlir_opt)->capture_default_str();
  app.add_flag("--all", arguments.all, "Every schedule that gave a time");
  CLI11_PARSE(app, argc, argv);
  return Run(arguments);
}

}  // namespace
}  // namespace weft

int main(int argc, char** argv) { return weft::ReplayMain(argc, argv); }
