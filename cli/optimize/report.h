// What `weft optimize` found, as a table and as JSON.
#ifndef WEFT_CLI_OPTIMIZE_REPORT_H_
#define WEFT_CLI_OPTIMIZE_REPORT_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "cli/optimize/program_worker.h"
#include "cli/optimize/task_search.h"
#include "nlohmann/json.hpp"

namespace weft {

struct TaskRow {
  std::string name;
  std::string anchor;
  int calls = 0;
  double flops = 0;  // Of one call.
  double bytes = 0;
  double roofline_seconds = 0;  // Of one call, with the report's threads.
  TaskResult result;
};

struct OptimizeReport {
  std::string program;
  std::string cpu;
  int threads = 1;
  double peak_flops = 0;  // Of all threads, per second.
  std::vector<TaskRow> tasks;
  double flops = 0;  // Of the whole.
  double bytes = 0;
  double roofline_seconds = 0;
  ProgramResult unscheduled;   // Its time is that of the pairs, if there are any.
  ProgramResult scheduled;     // With the confirmation of the pairs.
  absl::Status export_status;  // The first file of the result that was not written.
};

// A row's note says in one line why its task stays as it came, or what failed.
std::string ReportTable(const OptimizeReport& report);
// `confirmed`: the times of the whole were taken side by side; `disturbed`: but not one
// pair was clean.
nlohmann::json ReportJson(const OptimizeReport& report);

}  // namespace weft

#endif  // WEFT_CLI_OPTIMIZE_REPORT_H_
