#include "cli/optimize/task_search.h"

#include <memory>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "actor/environment/worker_environment.h"
#include "cli/search/search_display.h"

namespace weft {
namespace {

std::string Explain(const absl::Status& status) {
  return absl::StrCat(absl::AsciiStrToLower(absl::StatusCodeToString(status.code())),
                      ": ", absl::string_view(status.message()));
}

std::string Explain(const Measurement& failed) {
  return absl::StrCat(OutcomeName(failed.outcome), ": ", FirstLine(failed.message));
}

}  // namespace

absl::string_view FirstLine(absl::string_view text) {
  return text.substr(0, text.find('\n'));
}

bool IsFaster(const EpisodeResult& result) {
  return result.measurement.outcome == Outcome::kOk &&
         !result.schedule_module.empty() &&
         result.measurement.seconds < result.unscheduled_seconds;
}

TaskResult SearchTask(const std::string& task, const SearchOptions& options,
                      const EnvironmentFactory& factory, const SearchHooks& hooks) {
  TaskResult result;
  SearchProgress found;  // Also when an error ends the search.
  SearchHooks remembering = hooks;
  remembering.on_trial = [&](const SearchProgress& progress, const Trial& trial,
                             bool improved) {
    found = progress;
    const Measurement& measurement = trial.result.measurement;
    if (measurement.outcome != Outcome::kOk && result.first_failure.empty()) {
      result.first_failure = Explain(measurement);
    }
    if (hooks.on_trial) hooks.on_trial(progress, trial, improved);
  };
  const absl::StatusOr<SearchProgress> whole =
      RunSearch(task, options, factory, nullptr, remembering);
  if (!whole.ok()) {
    result.problem = Explain(whole.status());
  } else if (whole->interrupted) {
    result.problem = "interrupted";
  }
  result.measurements = found.trials - found.reused;
  result.reused = found.reused;
  result.failures = Failures(found);
  result.unscheduled_seconds = found.unscheduled_seconds;
  result.best_seconds = found.unscheduled_seconds;
  if (!found.best || !IsFaster(found.best->result)) return result;
  result.best_seconds = found.best->result.measurement.seconds;
  result.schedule_module = found.best->result.schedule_module;
  result.schedule = found.best->schedule;
  return result;
}

TaskSearch::TaskSearch(std::string worker_path, const MeasureOptions& measure,
                       const Machine& machine, const Suite* suite, ScheduleStore* store)
    : worker_path_(std::move(worker_path)),
      measure_(measure),
      machine_(machine),
      suite_(suite),
      store_(store) {}

TaskResult TaskSearch::Run(const std::string& task, SearchOptions options,
                           const SearchHooks& hooks) {
  WorkerEnvironmentOptions environment;
  environment.worker_path = worker_path_;
  environment.measure = measure_;
  environment.machine = machine_.model;
  environment.store = store_;
  options.informed.machine = machine_.model;
  options.informed.threads = measure_.threads;
  const EnvironmentFactory factory = [this, environment] {
    return std::make_unique<WorkerEnvironment>(environment, suite_, &baselines_);
  };
  return SearchTask(task, options, factory, hooks);
}

}  // namespace weft
