#include "benchmarks/schedules/network_candidate.h"

#include <cstdio>
#include <utility>

#include "absl/strings/str_cat.h"
#include "actor/environment/suite.h"
#include "cli/optimize/optimize.h"
#include "common/process/child_process.h"

namespace weft {

NetworkCandidate::NetworkCandidate(const std::string& worker_path,
                                   const MeasureOptions& measure)
    : worker_(worker_path, measure) {}

absl::StatusOr<std::unique_ptr<NetworkCandidate>> NetworkCandidate::Search(
    const NetworkOptions& options, ComparisonRow* row) {
  OptimizeOptions optimize;
  optimize.program_path = options.path;
  optimize.output_folder = options.output_folder;
  optimize.search = options.search;
  optimize.measure = options.measure;
  optimize.worker_path = ExecutableFolder() + "/weft-worker";
  optimize.store = options.store;
  OptimizeEvents events;
  events.note = [](const std::string& line) {
    std::fprintf(stderr, "%s\n", line.c_str());
  };
  events.progress = [](const std::string&) {};
  events.stop = [] { return false; };
  absl::Status made = MakeOutputFolders(options.output_folder);
  if (!made.ok()) return made;
  absl::StatusOr<OptimizeReport> report = Optimize(optimize, events);
  if (!report.ok()) return report.status();
  std::fputs(ReportTable(*report).c_str(), stderr);

  std::unique_ptr<NetworkCandidate> network(
      new NetworkCandidate(optimize.worker_path, options.final_measure));
  network->flops_ = report->flops;
  network->bytes_ = report->bytes;
  for (const TaskRow& task : report->tasks) {
    network->schedules_.push_back(task.result.schedule_module);
    row->measurements += task.result.measurements + task.result.reused;
    absl::StrAppend(&row->schedule, row->schedule.empty() ? "" : " | ",
                    ToString(task.result.schedule));
  }
  absl::StatusOr<SuiteProgram> program = ReadProgram(options.path);
  if (!program.ok()) return program.status();
  absl::Status status = network->worker_.Start().status();
  if (status.ok()) {
    status = network->worker_.Cut(program->path, program->source).status();
  }
  if (!status.ok()) return status;
  return network;
}

absl::StatusOr<double> NetworkCandidate::TimeScheduled() { return Time(&schedules_); }

absl::StatusOr<double> NetworkCandidate::TimeUnscheduled() { return Time(nullptr); }

absl::StatusOr<double> NetworkCandidate::Time(
    const std::vector<std::string>* schedules) {
  absl::StatusOr<ProgramResult> result = worker_.Measure(schedules, /*alone=*/true);
  if (!result.ok()) return result.status();
  const Measurement& measurement = result->measurement;
  if (measurement.outcome == Outcome::kOk) return measurement.seconds;
  return absl::UnavailableError(
      absl::StrCat(OutcomeName(measurement.outcome), ": ", measurement.message));
}

}  // namespace weft
