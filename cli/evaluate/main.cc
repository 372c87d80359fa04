// `weft evaluate`: a policy on programs that it has never seen, beside its rivals.

#include <cstdio>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "actor/search/search_target.h"
#include "cli/commands.h"
#include "cli/evaluate/checkpoint_policy.h"
#include "cli/evaluate/evaluation.h"
#include "cli/evaluate/evaluation_table.h"
#include "cli/evaluate/fixed_schedules.h"
#include "cli/result_output.h"
#include "cli/search/search_options.h"
#include "common/config/train_config.h"
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
absl::StatusOr<FixedSchedules> LoadFixed(const Arguments& arguments) {
  if (arguments.fixed.empty()) return FixedSchedules();
  const absl::StatusOr<std::string> text = ReadFile(arguments.fixed + "/summary.json");
  if (!text.ok()) return text.status();
  const auto summary = nlohmann::json::parse(*text, nullptr, false);
  if (!summary.is_object()) {
    return absl::DataLossError(
        absl::StrCat(arguments.fixed, "/summary.json: is not a whole summary"));
  }
  const auto config = LoadTrainConfig(arguments.fixed + "/config.yaml", {});
  if (!config.ok()) return config.status();
  return BestSchedulesByAnchor(
      summary, [&](const std::string& program) -> absl::StatusOr<std::string> {
        const auto target =
            SearchTarget::Open(absl::StrCat(config->suite, "/", program, ".mlir"),
                               TargetOptions(arguments, nullptr));
        if (!target.ok()) return target.status();
        return (*target)->anchor();
      });
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
  const absl::StatusOr<FixedSchedules> fixed = LoadFixed(arguments);
  if (!fixed.ok()) return Fail(fixed.status(), kExitUsage);
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
    const std::string text =
        EvaluationJson(programs, arguments.evaluation).dump(2) + "\n";
    const absl::Status written = WriteFileAtomically(arguments.json, text);
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
  app.add_option("--fixed", arguments.fixed,
                 "Folder of a finished run whose best schedules are the fixed ones, "
                 "one for each kind of operation");
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
