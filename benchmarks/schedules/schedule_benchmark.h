// One program of the suite after the other: searched, then timed in turns with its
// rivals.
#ifndef WEFT_BENCHMARKS_SCHEDULES_SCHEDULE_BENCHMARK_H_
#define WEFT_BENCHMARKS_SCHEDULES_SCHEDULE_BENCHMARK_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "actor/search/search.h"
#include "actor/search/search_target.h"
#include "benchmarks/schedules/comparison.h"
#include "benchmarks/schedules/torch_rival.h"
#include "common/config/options.h"
#include "common/store/local_store.h"

namespace weft {

struct ScheduleBenchmarkOptions {
  std::string suite = "datasets/suites/schedules";
  std::string output = "runs/bench-schedules";
  MeasureOptions measure;
  SearchOptions search;  // Per program, or per task of a network.
};

// The suite's 21 programs of single operations and short chains, then its networks,
// which are cut into tasks.
const std::vector<std::string>& BenchmarkPrograms();

// Owns the store and the processes of LibTorch. Not thread-safe.
class ScheduleBenchmark {
 public:
  explicit ScheduleBenchmark(const ScheduleBenchmarkOptions& options)
      : options_(options) {}

  // Opens the store and starts LibTorch.
  absl::Status Start();

  // What went wrong is the row's problem.
  ComparisonRow Run(const std::string& program);

 private:
  struct Rival {
    std::string note;
    std::unique_ptr<TorchRival> process;
  };
  // Times the schedule and the unscheduled program once more and keeps the faster times
  // in the row.
  using TimeOurs = std::function<absl::Status(ComparisonRow* row)>;

  // Measures for `timing_budget` seconds, without a store where that is null.
  absl::StatusOr<std::unique_ptr<SearchTarget>> Open(const std::string& program,
                                                     double timing_budget,
                                                     ScheduleStore* store);
  absl::Status FillSingle(ComparisonRow* row);
  absl::Status FillNetwork(ComparisonRow* row);
  // Times again, in turns, what the search found.
  absl::Status Compare(const TimeOurs& time_ours, double flops, double bytes,
                       ComparisonRow* row);
  absl::Status TimeRivals(ComparisonRow* row);

  const ScheduleBenchmarkOptions options_;
  std::unique_ptr<LocalStore> store_;
  std::vector<Rival> rivals_;
};

}  // namespace weft

#endif  // WEFT_BENCHMARKS_SCHEDULES_SCHEDULE_BENCHMARK_H_
