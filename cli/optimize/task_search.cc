#include "cli/optimize/task_search.h"

#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "actor/environment/worker_environment.h"
#include "cli/search/search_display.h"

namespace weft {
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
  TaskResult result;
  const absl::StatusOr<SearchProgress> found =
      RunSearch(task, options, factory, nullptr, hooks);
  if (!found.ok()) {
    result.problem = std::string(found.status().message());
    return result;
  }
  result.measurements = found->trials - found->reused;
  result.reused = found->reused;
  result.failures = Failures(*found);
  if (found->interrupted) result.problem = "interrupted";
  result.unscheduled_seconds = found->unscheduled_seconds;
  result.best_seconds = found->unscheduled_seconds;
  if (!found->best) return result;
  const EpisodeResult& best = found->best->result;
  if (best.measurement.seconds >= result.best_seconds || best.schedule_module.empty()) {
    return result;
  }
  result.best_seconds = best.measurement.seconds;
  result.schedule_module = best.schedule_module;
  result.schedule = found->best->schedule;
  return result;
}

}  // namespace weft
