// `weft report`: the table of a finished run, and how it learned.

#include <unistd.h>

#include <cstdio>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "cli/commands.h"
#include "cli/report/curve_plot.h"
#include "cli/report/learning_curves.h"
#include "cli/report/run_comparison.h"
#include "cli/result_output.h"
#include "cli/train/run_directory.h"
#include "cli/train/run_summary.h"
#include "cli/train/summary_table.h"
#include "common/files/atomic_file.h"

namespace weft {
namespace {

constexpr char kDescription[] =
    R"(Prints the table of a run and how it learned in its first, middle and last tenth, and
draws the learning curves. A run that still goes on has no table yet, but curves.

Several runs are compared: how each was validated, and the mean and the spread of every
policy that has several runs, such as one for each of three seeds.)";

int Fail(const absl::Status& status) {
  std::fprintf(stderr, "weft report: %s\n", std::string(status.message()).c_str());
  return kExitFailure;
}

nlohmann::json ToJson(const Window& window) {
  return {{"window", window.name},
          {"first_iteration", window.first_iteration},
          {"last_iteration", window.last_iteration},
          {"mean_reward", window.mean_reward},
          {"mean_speedup", window.mean_speedup},
          {"entropy", window.entropy},
          {"kl", window.kl},
          {"explained_variance", window.explained_variance},
          {"failure_share", window.failures}};
}

int Report(const std::string& path, std::string plot, bool json) {
  const auto run = RunDirectory::Open(path);
  if (!run.ok()) return Fail(run.status());
  const auto curves = ReadLearningCurves(run->path() + "/metrics.jsonl");
  if (!curves.ok()) return Fail(curves.status());
  auto summary = ReadSummary(run->summary());
  if (!summary.ok() && curves->iterations.empty()) return Fail(summary.status());
  const std::vector<Window> windows = Windows(*curves);
  std::string text;
  if (json) {
    nlohmann::json out = summary.ok() ? *summary : nlohmann::json::object();
    out["windows"] = nlohmann::json::array();
    for (const Window& window : windows) out["windows"].push_back(ToJson(window));
    text = out.dump(2) + "\n";
  } else {
    if (summary.ok()) text = SummaryTable(*summary, isatty(STDOUT_FILENO)) + "\n";
    text += WindowTable(windows);
  }
  if (absl::Status status = WriteResult(text); !status.ok()) return Fail(status);
  if (plot.empty()) plot = run->path() + "/curves.svg";
  const absl::Status written =
      WriteFileAtomically(plot, PlotLearningCurves(run->path(), *curves));
  if (!written.ok()) return Fail(written);
  std::fprintf(stderr, "learning curves: %s\n", plot.c_str());
  return kExitOk;
}

int Compare(const std::vector<std::string>& paths, bool json) {
  std::vector<ComparedRun> runs;
  for (const std::string& path : paths) {
    auto run = ReadComparedRun(path);
    if (!run.ok()) return Fail(run.status());
    runs.push_back(*std::move(run));
  }
  nlohmann::json out = nlohmann::json::array();
  for (const ComparedRun& run : runs) out.push_back(ToJson(run));
  const absl::Status printed =
      WriteResult(json ? out.dump(2) + "\n" : ComparisonOfRuns(runs));
  return printed.ok() ? kExitOk : Fail(printed);
}

}  // namespace

int ReportCommand(int argc, char** argv) {
  std::vector<std::string> paths;
  std::string plot;
  bool json = false;
  CLI::App app(kDescription, "weft report");
  app.add_option("RUN", paths, "Folder of a run, such as runs/quickstart")->required();
  app.add_flag("--json", json,
               "Print summary.json and the windows, or the runs, instead");
  app.add_option("--svg", plot,
                 "Where the curves of one run go (curves.svg in its folder)");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kExitOk : kExitUsage;
  }
  return paths.size() == 1 ? Report(paths[0], plot, json) : Compare(paths, json);
}

}  // namespace weft
