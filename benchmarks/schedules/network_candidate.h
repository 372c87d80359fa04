// Our side of the suite's networks: cut into tasks, searched, assembled.
#ifndef WEFT_BENCHMARKS_SCHEDULES_NETWORK_CANDIDATE_H_
#define WEFT_BENCHMARKS_SCHEDULES_NETWORK_CANDIDATE_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "actor/search/search.h"
#include "benchmarks/schedules/comparison.h"
#include "cli/optimize/program_worker.h"
#include "common/config/options.h"
#include "common/store/schedule_store.h"

namespace weft {

struct NetworkOptions {
  std::string path;              // Of the program.
  std::string output_folder;     // Of its schedules.
  MeasureOptions measure;        // With timing_cpu resolved.
  SearchOptions search;          // For each distinct task.
  MeasureOptions final_measure;  // Of TimeScheduled and TimeUnscheduled.
  ScheduleStore* store = nullptr;
};

// A network whose tasks are scheduled, to be timed again and again. Not thread-safe.
class NetworkCandidate {
 public:
  // Searches, and fills the row's schedule and measurements. Errors are those of
  // Optimize; UNAVAILABLE when the assembled program fails, with the reason.
  static absl::StatusOr<std::unique_ptr<NetworkCandidate>> Search(
      const NetworkOptions& options, ComparisonRow* row);

  // The whole, compiled, checked and timed anew: seconds.
  absl::StatusOr<double> TimeScheduled();
  absl::StatusOr<double> TimeUnscheduled();

  double flops() const { return flops_; }
  double bytes() const { return bytes_; }

 private:
  NetworkCandidate(const std::string& worker_path, const MeasureOptions& measure);
  absl::StatusOr<double> Time(const std::vector<std::string>* schedules);

  ProgramWorker worker_;
  std::vector<std::string> schedules_;
  double flops_ = 0;
  double bytes_ = 0;
};

}  // namespace weft

#endif  // WEFT_BENCHMARKS_SCHEDULES_NETWORK_CANDIDATE_H_
