// `weft evaluate`: a policy on programs that it has never seen, beside its rivals.

#include <cstdio>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/match.h"
#include "actor/search/search_target.h"
#include "cli/commands.h"
#include "cli/evaluate/checkpoint_policy.h"
#include "cli/evaluate/evaluation.h"
#include "cli/evaluate/evaluation_table.h"
#include "cli/evaluate/familiar_programs.h"
#include "cli/evaluate/fixed_of_run.h"
#include "cli/result_output.h"
#include "cli/search/search_options.h"
#include "common/files/atomic_file.h"
#include "common/policy/blas_check.h"
#include "common/policy/torch_threads.h"
#include "common/process/child_process.h"
#include "common/process/stop_signals.h"
#include "common/store/local_store.h"

namespace weft {
namespace {

constexpr char kDescription[] =
    R"(Schedules every program of a folder with a trained policy, without any measurement, and
compares the schedules with what needs no policy: uniformly random ones, the best one of a
training run for the same kind of operation, and a search.

Times are of schedules that were compiled and checked; each is measured once and kept in the
schedule store, so that a second evaluation only measures what is new. A schedule that fails
counts with the time that the failure penalty of the checkpoint's run stands for; the kernels
have the threads of that run, unless --threads says otherwise.)";

struct Arguments {
  std::string checkpoint;
  std::string suite;
  std::string fixed;
  std::string store = "runs/evaluate.sqlite";
  std::string json;
  MeasureOptions measure;
  EvaluationOptions evaluation;
  bool threads_given = false;  // Else they are the run's.
};

int Fail(const absl::Status& status, int code = kExitFailure) {
  std::fprintf(stderr, "weft evaluate: %s\n", std::string(status.message()).c_str());
  return code;
}

SearchTargetOptions TargetOptions(const Arguments& arguments, ScheduleStore* store) {
  SearchTargetOptions options;
  options.worker_path = ExecutableFolder() + "/weft-worker";
  options.measure = arguments.measure;
  options.store = store;
  return options;
}

// From the run in the folder --fixed; none without it.
absl::StatusOr<FixedSchedules> LoadFixed(const Arguments& arguments,
                                         ScheduleStore* store) {
  if (arguments.fixed.empty()) return FixedSchedules();
  const FixedOfRunHooks hooks = {StopRequested, [](const std::string& line) {
                                   std::fprintf(stderr, "%s\n", line.c_str());
                                 }};
  return FindFixedOfRun(arguments.fixed, TargetOptions(arguments, store),
                        arguments.evaluation, hooks);
}

absl::StatusOr<EvaluatedProgram> Evaluate(const Arguments& arguments,
                                          const Policy& policy,
                                          const FixedSchedules& fixed,
                                          const std::string& path,
                                          ScheduleStore* store) {
  const auto target = SearchTarget::Open(path, TargetOptions(arguments, store));
  if (!target.ok()) return target.status();
  EvaluationOptions options = arguments.evaluation;
  options.search.informed.machine = (*target)->machine().model;
  options.search.informed.threads = (*target)->threads();
  const auto found = fixed.find((*target)->anchor());
  absl::StatusOr<EvaluatedProgram> evaluated = EvaluateProgram(
      (*target)->name(), policy, found == fixed.end() ? Schedule() : found->second,
      options, (*target)->factory(), StopRequested);
  if (evaluated.ok()) evaluated->anchor = (*target)->anchor();
  return evaluated;
}

int Run(Arguments arguments) {
  const absl::StatusOr<Suite> suite = LoadSuite(arguments.suite);
  if (!suite.ok()) return Fail(suite.status(), kExitUsage);
  SetTorchThreads(1);  // One decision at a time is too small to be split.
  if (const absl::Status status = CheckBlas(); !status.ok()) return Fail(status);
  const absl::StatusOr<CheckpointPolicy> policy =
      LoadCheckpointPolicy(arguments.checkpoint);
  if (!policy.ok()) return Fail(policy.status(), kExitUsage);
  const TrainConfig& trained = policy->config;
  arguments.evaluation.failure_reward = trained.actor.failure_reward;
  if (!arguments.threads_given) arguments.measure.threads = trained.measure.threads;
  SqliteStoreOptions store_options;
  store_options.path = arguments.store;
  std::error_code error;  // What cannot be made, the store cannot open, and says so.
  std::filesystem::create_directories(
      std::filesystem::path(arguments.store).parent_path(), error);
  const auto store = LocalStore::Open(store_options);
  if (!store.ok()) return Fail(store.status());

  CatchStopSignals(SecondSignal::kEndsTheProcess);
  std::fprintf(stderr, "policy: %s, %s, iteration %llu\n", policy->path.c_str(),
               policy->encoder.c_str(),
               static_cast<unsigned long long>(policy->iteration));
  const FamiliarPrograms familiar = FindFamiliarPrograms(
      trained, absl::EndsWith(policy->path, "best.weft"), *suite,
      TargetOptions(arguments, nullptr).worker_path, arguments.measure);
  std::fprintf(stderr, "%s", FamiliarNotes(familiar).c_str());
  const absl::StatusOr<FixedSchedules> fixed = LoadFixed(arguments, store->get());
  if (absl::IsCancelled(fixed.status())) return kExitInterrupted;
  if (!fixed.ok()) return Fail(fixed.status(), kExitUsage);
  std::vector<EvaluatedProgram> programs;
  int code = kExitOk;
  absl::Status printed = WriteResult(EvaluationHeader(arguments.evaluation));
  for (const SuiteProgram& program : suite->programs) {
    const absl::StatusOr<EvaluatedProgram> evaluated =
        Evaluate(arguments, *policy->policy, *fixed, program.path, store->get());
    if (absl::IsCancelled(evaluated.status())) break;
    if (!evaluated.ok()) {  // What was found before is worth having.
      code = Fail(evaluated.status());
      break;
    }
    printed.Update(WriteResult(EvaluationRow(*evaluated)));
    programs.push_back(*evaluated);
  }
  printed.Update(
      WriteResult(EvaluationFooter(Summarize(programs), arguments.evaluation)));
  if (!arguments.json.empty()) {
    nlohmann::ordered_json json = EvaluationJson(programs, arguments.evaluation);
    json["familiar"] = FamiliarJson(familiar);
    const absl::Status written =
        WriteFileAtomically(arguments.json, json.dump(2) + "\n");
    if (!written.ok()) return Fail(written);
  }
  if (!printed.ok()) return Fail(printed);
  return StopRequested() ? kExitInterrupted : code;
}

int EvaluateMain(int argc, char** argv) {
  Arguments arguments;
  CLI::App app(kDescription, "weft evaluate");
  app.add_option("CHECKPOINT", arguments.checkpoint,
                 "Checkpoint, or folder of a run: its best by validation, else its "
                 "newest")
      ->required();
  app.add_option("SUITE", arguments.suite, "Folder of .mlir programs")->required();
  app.add_option(
      "--fixed", arguments.fixed,
      "Folder of a finished run whose schedules are the fixed ones: for each "
      "kind of operation the one that is best over its programs there");
  app.add_option("--random", arguments.evaluation.random_schedules,
                 "Random schedules, of which the best counts")
      ->check(CLI::Range(1, 10000))
      ->capture_default_str();
  AddSearchOptions("Schedules that the search measures", &arguments.evaluation.search,
                   &arguments.measure, &app);
  app.add_option("--store", arguments.store, "Schedule store to consult and to fill")
      ->capture_default_str();
  app.add_option("--json", arguments.json, "Write everything to this file, too");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kExitOk : kExitUsage;
  }
  arguments.evaluation.seed = arguments.evaluation.search.seed;
  arguments.threads_given = app.count("--threads") > 0;
  return Run(std::move(arguments));
}

}  // namespace
}  // namespace weft

int main(int argc, char** argv) { return weft::EvaluateMain(argc, argv); }
