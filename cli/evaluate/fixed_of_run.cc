#include "cli/evaluate/fixed_of_run.h"

#include <map>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "cli/train/run_summary.h"
#include "common/config/train_config.h"
#include "nlohmann/json.hpp"

namespace weft {
namespace {

// The programs of a suite, each opened once.
class Targets {
 public:
  Targets(std::string suite, const SearchTargetOptions& options)
      : suite_(std::move(suite)), options_(options) {}

  absl::StatusOr<SearchTarget*> Find(const std::string& program) {
    std::unique_ptr<SearchTarget>& target = targets_[program];
    if (target == nullptr) {
      auto opened =
          SearchTarget::Open(absl::StrCat(suite_, "/", program, ".mlir"), options_);
      if (!opened.ok()) return opened.status();
      target = *std::move(opened);
    }
    return target.get();
  }

 private:
  const std::string suite_;
  const SearchTargetOptions options_;
  std::map<std::string, std::unique_ptr<SearchTarget>> targets_;
};

}  // namespace

absl::StatusOr<FixedSchedules> FindFixedOfRun(const std::string& run,
                                              const SearchTargetOptions& target,
                                              const EvaluationOptions& options,
                                              const FixedOfRunHooks& hooks) {
  const absl::StatusOr<nlohmann::json> summary = ReadSummary(run + "/summary.json");
  if (!summary.ok()) return summary.status();
  const absl::StatusOr<TrainConfig> config = LoadTrainConfig(run + "/config.yaml", {});
  if (!config.ok()) return config.status();
  Targets targets(config->suite, target);
  const auto kinds = KindsOfRun(
      *summary, [&](const std::string& program) -> absl::StatusOr<std::string> {
        if (hooks.stop()) return absl::CancelledError("interrupted");
        const absl::StatusOr<SearchTarget*> found = targets.Find(program);
        if (!found.ok()) return found.status();
        return (*found)->anchor();
      });
  if (!kinds.ok()) return kinds.status();
  const SecondsOf seconds_of = [&](const std::string& program,
                                   const Schedule& schedule) -> absl::StatusOr<double> {
    if (hooks.stop()) return absl::CancelledError("interrupted");
    const absl::StatusOr<SearchTarget*> found = targets.Find(program);
    if (!found.ok()) return found.status();
    EvaluationOptions of_program = options;
    of_program.search.informed.machine = (*found)->machine().model;
    of_program.search.informed.threads = (*found)->threads();
    const absl::StatusOr<Judged> judged =
        JudgeSchedule(program, schedule, of_program, (*found)->factory());
    if (!judged.ok()) return judged.status();
    return judged->seconds;
  };
  FixedSchedules schedules;
  for (const auto& [anchor, kind] : *kinds) {
    hooks.message(absl::StrCat("fixed schedule of ", anchor, ": ",
                               kind.candidates.size(), " to choose from, on ",
                               kind.programs.size(), " programs"));
    absl::StatusOr<Schedule> best = BestOnAverage(kind, seconds_of);
    if (!best.ok()) return best.status();
    schedules[anchor] = *std::move(best);
  }
  return schedules;
}

}  // namespace weft
