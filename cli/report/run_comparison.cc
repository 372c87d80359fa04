#include "cli/report/run_comparison.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "cli/report/learning_curves.h"
#include "cli/train/run_directory.h"
#include "cli/train/run_summary.h"
#include "common/config/train_config.h"

namespace weft {
namespace {

using nlohmann::json;

std::optional<ValidationPoint> PointOf(const json& summary, const char* name) {
  const auto validation = summary.find("validation");
  if (validation == summary.end() || !validation->is_object()) return std::nullopt;
  const auto found = validation->find(name);
  if (found == validation->end() || !found->is_object()) return std::nullopt;
  ValidationPoint point;
  point.iteration = found->value("iteration", 0);
  point.mean_reward = found->value("mean_reward", 0.0);
  point.geomean_speedup = found->value("geomean_speedup", 0.0);
  point.failures = found->value("failures", 0);
  return point;
}

double MeanUpdateSeconds(const LearningCurves& curves) {
  const Curve seconds = curves.Of("update_seconds");
  double sum = 0;
  for (const CurvePoint& point : seconds) sum += point.value;
  return seconds.empty() ? 0 : sum / static_cast<double>(seconds.size());
}

struct Spread {
  double mean = 0;
  double deviation = 0;  // Of a sample; 0 for one value.
};

Spread SpreadOf(const std::vector<double>& values) {
  Spread spread;
  for (double value : values) spread.mean += value / static_cast<double>(values.size());
  if (values.size() < 2) return spread;
  double squares = 0;
  for (double value : values) squares += std::pow(value - spread.mean, 2);
  spread.deviation = std::sqrt(squares / static_cast<double>(values.size() - 1));
  return spread;
}

std::string RewardText(const std::optional<ValidationPoint>& point) {
  return point ? absl::StrFormat("%.3f", point->mean_reward) : "-";
}

std::string Row(const ComparedRun& run) {
  return absl::StrFormat(
      "%-28s %-18s %4d %10d %8.0f %8.0f %9.2f %8.1f %8s %8s %8s %9s %6s\n", run.path,
      run.policy, run.seed, run.iterations, run.episodes, run.measurements,
      run.update_seconds > 0 ? 1 / run.update_seconds : 0, run.minutes,
      RewardText(run.first), RewardText(run.best), RewardText(run.last),
      run.best ? absl::StrFormat("%.2fx", run.best->geomean_speedup) : "-",
      run.best ? absl::StrCat(run.best->failures) : "-");
}

std::string GroupRow(const std::vector<ComparedRun>& runs) {
  std::vector<double> first, best, last, speedup;
  for (const ComparedRun& run : runs) {
    if (!run.first || !run.best || !run.last) continue;
    first.push_back(run.first->mean_reward);
    best.push_back(run.best->mean_reward);
    last.push_back(run.last->mean_reward);
    speedup.push_back(run.best->geomean_speedup);
  }
  if (best.size() < 2) return "";
  std::string row =
      absl::StrFormat("%-18s %-10s %10d %4d", runs[0].policy, runs[0].environment,
                      runs[0].iterations, best.size());
  for (const auto* values : {&first, &best, &last, &speedup}) {
    const Spread spread = SpreadOf(*values);
    absl::StrAppendFormat(&row, "  %7.3f +- %5.3f", spread.mean, spread.deviation);
  }
  return row + "\n";
}

}  // namespace

absl::StatusOr<ComparedRun> ReadComparedRun(const std::string& path) {
  const auto directory = RunDirectory::Open(path);
  if (!directory.ok()) return directory.status();
  const auto config = LoadTrainConfig(directory->config());
  if (!config.ok()) return config.status();
  const auto summary = ReadSummary(directory->summary());
  if (!summary.ok()) return summary.status();
  const auto curves = ReadLearningCurves(directory->path() + "/metrics.jsonl");
  if (!curves.ok()) return curves.status();
  ComparedRun run;
  run.path = path;
  run.policy = absl::StrCat(config->policy.encoder, " ", config->policy.width, "x",
                            config->policy.layers,
                            config->policy.critic == "shared" ? "" : " own critic");
  run.seed = config->seed;
  run.environment = config->environment;
  run.budget = absl::StrCat(config->learner.episodes_per_iteration, " episodes of ",
                            config->suite, ", judged on ", config->validation.suite);
  run.iterations =
      summary->value("environment_iterations", summary->value("iterations", 0));
  run.episodes = summary->value("episodes", 0.0);
  run.measurements = summary->value("measurements", 0.0);
  run.minutes =
      summary->value("environment_seconds", summary->value("wall_seconds", 0.0)) / 60;
  run.update_seconds = MeanUpdateSeconds(*curves);
  run.first = PointOf(*summary, "first");
  run.best = PointOf(*summary, "best");
  run.last = PointOf(*summary, "last");
  return run;
}

std::string ComparisonOfRuns(const std::vector<ComparedRun>& runs) {
  std::string text = absl::StrFormat(
      "%-28s %-18s %4s %10s %8s %8s %9s %8s %8s %8s %8s %9s %6s\n", "run", "policy",
      "seed", "iterations", "episodes", "measured", "updates/s", "minutes", "first",
      "best", "last", "speed-up", "failed");
  // Only runs of one budget are averaged.
  std::map<std::tuple<std::string, std::string, std::string, int>,
           std::vector<ComparedRun>>
      groups;
  for (const ComparedRun& run : runs) {
    text += Row(run);
    groups[{run.policy, run.environment, run.budget, run.iterations}].push_back(run);
  }
  std::string rows;
  for (const auto& [group, members] : groups) rows += GroupRow(members);
  text +=
      "\nfirst, best, last: mean reward of the validation programs; speed-up and "
      "failed "
      "are of the best round\n";
  if (rows.empty()) return text;
  absl::StrAppendFormat(&text, "\n%-18s %-10s %10s %4s  %16s  %16s  %16s  %16s\n",
                        "policy", "environment", "iterations", "runs", "first", "best",
                        "last", "best speed-up");
  return text + rows;
}

json ToJson(const ComparedRun& run) {
  json out = {{"run", run.path},
              {"policy", run.policy},
              {"seed", run.seed},
              {"environment", run.environment},
              {"budget", run.budget},
              {"iterations", run.iterations},
              {"episodes", run.episodes},
              {"measurements", run.measurements},
              {"update_seconds", run.update_seconds},
              {"minutes", run.minutes}};
  const auto add = [&out](const char* name,
                          const std::optional<ValidationPoint>& point) {
    if (!point) return;
    out["validation"][name] = {{"iteration", point->iteration},
                               {"mean_reward", point->mean_reward},
                               {"geomean_speedup", point->geomean_speedup},
                               {"failures", point->failures}};
  };
  add("first", run.first);
  add("best", run.best);
  add("last", run.last);
  return out;
}

}  // namespace weft
