// A weft-worker that keeps a program of many operations.
#ifndef WEFT_CLI_OPTIMIZE_PROGRAM_WORKER_H_
#define WEFT_CLI_OPTIMIZE_PROGRAM_WORKER_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "actor/environment/worker_client.h"
#include "actor/environment/worker_startup.h"
#include "common/config/options.h"
#include "common/schedule/trajectory.h"

namespace weft {

struct ProgramResult {
  Measurement measurement;
  std::vector<std::string> faults;  // See MeasureProgramResponse.
};

// Errors are the worker's own, or those of WorkerClient::Call. A measurement whose
// failure says nothing about the program (UNAVAILABLE: the worker died, or somebody
// killed the process that measured) is made again, twice at most, by a new worker if
// need be. Not thread-safe; one thread makes and uses it.
class ProgramWorker {
 public:
  ProgramWorker(std::string worker_path, const MeasureOptions& measure);

  // Starts the worker and measures the machine's limits.
  absl::StatusOr<Machine> Start();
  absl::StatusOr<v1::CutProgramResponse> Cut(const std::string& name,
                                             const std::string& source);
  // A null `schedules` is the program as it came; else the two are timed in pairs,
  // unless `alone` (see MeasureProgramRequest).
  absl::StatusOr<ProgramResult> Measure(const std::vector<std::string>* schedules,
                                        bool alone = false);
  absl::StatusOr<std::string> Export(v1::ExportProgramRequest::Form form,
                                     const std::vector<std::string>& schedules);

 private:
  absl::StatusOr<v1::WorkerResponse> AskUntilAvailable(const v1::WorkerRequest& request,
                                                       absl::Duration timeout);

  const MeasureOptions measure_;
  WorkerClient worker_;
  v1::WorkerRequest cut_;  // Of the program that the worker keeps.
};

}  // namespace weft

#endif  // WEFT_CLI_OPTIMIZE_PROGRAM_WORKER_H_
