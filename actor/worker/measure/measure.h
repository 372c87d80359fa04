// Compile, check and time one schedule, whatever it does.
#ifndef WEFT_ACTOR_WORKER_MEASURE_MEASURE_H_
#define WEFT_ACTOR_WORKER_MEASURE_MEASURE_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "actor/worker/measure/reference.h"
#include "actor/worker/measure/run_limited.h"
#include "common/schedule/features.h"
#include "common/schedule/trajectory.h"

namespace weft {

struct MeasureSettings {
  double compile_timeout_seconds = 20;
  double run_timeout_seconds = 10;  // Check and timing together.
  double timing_budget_seconds = 0.1;
  uint64_t memory_limit_bytes = uint64_t{4} << 30;
  double lease_timeout_seconds = 60;
  std::string lease_path = "/tmp/weft-timing.lease";
  int timing_cpu = -1;  // -1: any; with several threads, the last ones.
  int threads = 1;      // Of the kernel that is measured; the reference has one.
};

// Limits of a child process that measures by `settings`.
ChildLimits LimitsOf(const MeasureSettings& settings);

// What the program does, for the bound on its time.
struct Work {
  double flops = 0;
  double bytes = 0;
};

// What is measured. `compile` makes the kernel with the settings' number of threads.
struct Candidate {
  CompileFunction compile;
  // Of the best schedule so far; empty: none. With it the two are timed in pairs, and
  // the limits of compiling and running hold twice. When it cannot be compiled or is
  // wrong, the candidate is timed alone and the message says so.
  CompileFunction compile_previous;
};

// Runs `compile` in a child process, compares one run of its kernel with the reference,
// and times it under the machine's lease. Whatever the schedule did to compiler or
// kernel is an outcome. Errors are for what is not the schedule's fault:
// DEADLINE_EXCEEDED when the lease did not come free, INVALID_ARGUMENT for more threads
// than CPUs, FAILED_PRECONDITION without libomp, UNAVAILABLE when the system has no
// process to give or somebody killed the one that measured: worth another try.
absl::StatusOr<Measurement> Measure(const Reference& reference,
                                    const Candidate& candidate, const Work& work,
                                    const MachineModel& machine,
                                    const MeasureSettings& settings);

}  // namespace weft

#endif  // WEFT_ACTOR_WORKER_MEASURE_MEASURE_H_
