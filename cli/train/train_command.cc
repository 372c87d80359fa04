// `weft train`: a learner and its actors on this machine, from one YAML file.

#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "cli/commands.h"
#include "cli/result_output.h"
#include "cli/side_by_side.h"
#include "cli/train/final_timing.h"
#include "cli/train/progress.h"
#include "cli/train/run_directory.h"
#include "cli/train/run_summary.h"
#include "cli/train/summary_table.h"
#include "cli/train/train_stage.h"
#include "common/config/train_config.h"
#include "common/process/child_process.h"

namespace weft {
namespace {

constexpr char kDescription[] =
    R"(Trains a policy: starts a learner and its actors as local processes, shows progress,
and ends with a table of speed-ups.

The run's folder, runs/NAME, holds config.yaml (every setting), metrics.jsonl (a line per
iteration), checkpoints/, best/ (the best schedule of each program as a transform module
for mlir-opt), logs/ and summary.json. At the end every best schedule is timed once more, in
turn with the unscheduled program: those are the speed-ups of the table.

Ctrl-C stops with a checkpoint; `weft train --resume runs/NAME` goes on from there.

With pretrain.iterations the first of learner.iterations are on modelled times, which cost
nothing; then the run goes on with their weights on real ones, and its results begin anew.
--environment cost-model trains on modelled times alone; resumed with --environment mlir,
such a run counts as pre-trained.)";

// What a learner may take to write its last checkpoint when `weft train` was killed.
constexpr absl::Duration kIdlePatience = absl::Seconds(5);
// Ten times what a kernel of milliseconds needs on an idle machine.
constexpr absl::Duration kFinalTimePerProgram = absl::Seconds(15);

struct Arguments {
  std::string config;
  std::string resume;
  std::string root = "runs";
  std::vector<std::string> overrides;
  std::string environment;  // Empty: as configured.
  bool json = false;
};

int Fail(const absl::Status& status, int code = kExitFailure) {
  std::fprintf(stderr, "weft train: %s\n", std::string(status.message()).c_str());
  return code;
}

struct PreparedRun {
  RunDirectory run;
  TrainConfig config;
  bool pretrained = false;  // By hand: there is no stage of pre-training left.
};

// Of a resumed run. One that was on the cost model and goes on elsewhere has been
// pre-trained; its configuration says so from now on, as if it had been planned: actors
// must know which programs are not new to the policy.
absl::StatusOr<PreparedRun> PrepareEarlier(const Arguments& arguments,
                                           const RunDirectory& run) {
  absl::StatusOr<TrainConfig> config =
      LoadTrainConfig(run.config(), arguments.overrides);
  if (!config.ok()) return config.status();
  const int iterations = run.iterations();
  const bool pretrained = run.environment() == "cost-model" &&
                          config->environment != "cost-model" &&
                          config->pretrain.iterations == 0 && iterations > 0;
  if (pretrained) {
    std::vector<std::string> overrides = arguments.overrides;
    overrides.push_back(absl::StrCat("pretrain.iterations=", iterations));
    config = LoadTrainConfig(run.config(), overrides);
    if (!config.ok()) return config.status();
  }
  return PreparedRun{run, *std::move(config), pretrained};
}

// Everything that can be wrong with what the user gave, before any process is started.
absl::StatusOr<PreparedRun> Prepare(const Arguments& arguments) {
  if (!arguments.resume.empty()) {
    auto run = RunDirectory::Open(arguments.resume);
    if (!run.ok()) return run.status();
    if (absl::Status status = run->CheckIdle(kIdlePatience); !status.ok())
      return status;
    absl::StatusOr<PreparedRun> prepared = PrepareEarlier(arguments, *run);
    if (!prepared.ok()) return prepared.status();
    // Overrides of a resumed run last: the learner and the actors read the file.
    absl::Status written = run->WriteConfig(ToYaml(prepared->config));
    if (!written.ok()) return written;
    return prepared;
  }
  auto config = LoadTrainConfig(arguments.config, arguments.overrides);
  if (!config.ok()) return config.status();
  std::error_code error;
  if (config->environment == "mlir" &&
      !std::filesystem::is_directory(config->suite, error)) {
    return absl::NotFoundError(absl::StrCat(
        arguments.config, ": suite: there is no folder '", config->suite, "' here"));
  }
  auto run = RunDirectory::Create(arguments.root, config->name);
  if (!run.ok()) return run.status();
  if (absl::Status status = run->WriteConfig(ToYaml(*config)); !status.ok())
    return status;
  return PreparedRun{*std::move(run), *std::move(config)};
}

// Times every best schedule beside its unscheduled program, once the actors have left
// the machine to us, and puts that into the summary.
void TimeFinally(const PreparedRun& prepared, ProgressDisplay& display,
                 nlohmann::json* summary) {
  const RunDirectory& run = prepared.run;
  const TrainConfig& config = prepared.config;
  const SideBySideOptions options{ExecutableFolder() + "/weft-worker", config.measure,
                                  run.log("final_timing")};
  const auto programs = static_cast<int64_t>((*summary)["programs"].size());
  const absl::Time deadline = absl::Now() + kFinalTimePerProgram * programs;
  FinalTimingHooks hooks;
  hooks.time = [&](const std::string& program) {
    return TimeSideBySide(config.suite + "/" + program + ".mlir", run.best(program),
                          options, [] { return Interrupts() > 0; });
  };
  hooks.out_of_time = [&] { return absl::Now() >= deadline; };
  hooks.on_program = [&](int done, int total, const std::string& program) {
    display.ShowStep(absl::StrFormat("timed beside the unscheduled program: %d/%d %s",
                                     done, total, program));
  };
  display.Note("timing the best schedules beside the unscheduled programs");
  AddFinalTimes(hooks, summary);
  display.Finish();
}

// On the cost model first, where the configuration says so and the run has not gone
// past that.
absl::Status RunStages(const PreparedRun& prepared, bool resume,
                       ProgressDisplay& display) {
  const RunDirectory& run = prepared.run;
  const TrainConfig& config = prepared.config;
  if (NeedsPretraining(config) && !prepared.pretrained &&
      run.environment() != config.environment) {
    const TrainConfig pretraining = PretrainingConfig(config);
    if (absl::Status status = run.WritePretrainingConfig(ToYaml(pretraining));
        !status.ok()) {
      return status;
    }
    display.Note(absl::StrFormat("pre-training on the cost model: %d iterations",
                                 pretraining.learner.iterations));
    const TrainStage stage{pretraining, run.pretraining_config(), resume};
    if (absl::Status status = RunStage(run, stage, display); !status.ok())
      return status;
    display.Note(absl::StrCat("pre-trained; going on with ", config.suite));
    resume = true;
  }
  return RunStage(run, {config, run.config(), resume}, display);
}

int Run(const Arguments& arguments) {
  auto prepared = Prepare(arguments);
  if (!prepared.ok()) return Fail(prepared.status(), kExitUsage);
  const RunDirectory& run = prepared->run;
  CatchInterrupts();
  std::fprintf(stderr, "run %s: starting the learner and %d actor%s; logs in %s/logs\n",
               run.path().c_str(), prepared->config.actor.actors,
               prepared->config.actor.actors == 1 ? "" : "s", run.path().c_str());
  ProgressDisplay display(isatty(STDERR_FILENO));
  const absl::Status trained = RunStages(*prepared, !arguments.resume.empty(), display);
  if (absl::IsCancelled(trained)) {
    std::fprintf(stderr, "%s\n", std::string(trained.message()).c_str());
    return kExitInterrupted;
  }
  if (!trained.ok()) return Fail(trained);
  auto summary = ReadSummary(run.summary());
  if (!summary.ok()) return Fail(summary.status());
  if (prepared->config.environment == "mlir") {
    TimeFinally(*prepared, display, &*summary);
    const absl::Status written = run.WriteSummary(summary->dump(2) + "\n");
    if (!written.ok()) return Fail(written);
  }
  const std::string output = arguments.json
                                 ? summary->dump(2) + "\n"
                                 : SummaryTable(*summary, isatty(STDOUT_FILENO));
  const absl::Status printed = WriteResult(output);
  std::fprintf(stderr, "best schedules: %s/best\n", run.path().c_str());
  if (!printed.ok()) return Fail(printed);
  return Interrupts() > 0 ? kExitInterrupted : kExitOk;
}

}  // namespace

int TrainCommand(int argc, char** argv) {
  Arguments arguments;
  CLI::App app(kDescription, "weft train");
  auto* config = app.add_option("CONFIG", arguments.config,
                                "Configuration, such as configs/quickstart.yaml");
  auto* resume = app.add_option("--resume", arguments.resume,
                                "Go on with the run in this folder instead")
                     ->excludes(config);
  app.add_option("--set", arguments.overrides,
                 "Override one key, such as ppo.clip_ratio=0.1; may be repeated")
      ->allow_extra_args(false);
  app.add_option("--environment", arguments.environment,
                 "mlir, cost-model or synthetic; short for --set environment=...");
  app.add_option("--runs", arguments.root, "Folder that holds the runs")
      ->capture_default_str();
  app.add_flag("--json", arguments.json, "Print summary.json instead of the table");
  try {
    app.parse(argc, argv);
    if (config->count() == 0 && resume->count() == 0) {
      throw CLI::RequiredError("CONFIG or --resume");
    }
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kExitOk : kExitUsage;
  }
  if (!arguments.environment.empty()) {
    arguments.overrides.push_back("environment=" + arguments.environment);
  }
  return Run(arguments);
}

}  // namespace weft
