// The best schedule of each distinct task of a program.
#ifndef WEFT_CLI_OPTIMIZE_TASK_SEARCH_H_
#define WEFT_CLI_OPTIMIZE_TASK_SEARCH_H_

#include <functional>
#include <string>

#include "absl/strings/string_view.h"
#include "actor/environment/baseline_cache.h"
#include "actor/environment/suite.h"
#include "actor/environment/worker_startup.h"
#include "actor/search/search.h"
#include "common/config/options.h"
#include "common/store/schedule_store.h"

namespace weft {

struct TaskResult {
  double unscheduled_seconds = 0;  // 0 when it was not measured.
  double best_seconds = 0;         // At most unscheduled_seconds.
  std::string schedule_module;     // Empty: nothing measured beats the task as it came.
  Schedule schedule;               // Of the module.
  int measurements = 0;            // Made now.
  int reused = 0;                  // Known to the store.
  std::string failures;            // Such as "2 timed_out, 1 wrong_result".
  // The first schedule that failed, as "wrong_result: the first line of its message".
  std::string first_failure;
  // Why the search ended early, as "unavailable: what happened"; empty: it did not.
  std::string problem;
};

// Whether the schedule is to be used: it has been measured to be faster than the task
// as it came.
bool IsFaster(const EpisodeResult& result);

// Measures up to options.budget schedules of `task` in environments that `factory`
// makes. What ends the search early is the result's problem; the best schedule until
// then is in the result all the same.
TaskResult SearchTask(const std::string& task, const SearchOptions& options,
                      const EnvironmentFactory& factory, const SearchHooks& hooks);

// `text` up to its first line break.
absl::string_view FirstLine(absl::string_view text);

// Searches the tasks one after another, each by workers of its own. Used from one
// thread.
class TaskSearch {
 public:
  // `suite` has the tasks; it, `store` (which may be null) and the search's stop must
  // outlive this.
  TaskSearch(std::string worker_path, const MeasureOptions& measure,
             const Machine& machine, const Suite* suite, ScheduleStore* store);

  // SearchTask with workers.
  TaskResult Run(const std::string& task, SearchOptions options,
                 const SearchHooks& hooks);

 private:
  const std::string worker_path_;
  const MeasureOptions measure_;
  const Machine machine_;
  const Suite* const suite_;
  ScheduleStore* const store_;
  BaselineCache baselines_;
};

}  // namespace weft

#endif  // WEFT_CLI_OPTIMIZE_TASK_SEARCH_H_
