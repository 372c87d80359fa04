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
  int timing_cpu = -1;  // -1: any.
};

// Limits of a child process that measures by `settings`.
ChildLimits LimitsOf(const MeasureSettings& settings);

// What the program does, for the bound on its time.
struct Work {
  double flops = 0;
  double bytes = 0;
};

// Runs `compile` in a child process, compares one run of its kernel with the reference,
// and times it under the machine's lease. Whatever the schedule did to compiler or
// kernel is an outcome. Errors are for what is not the schedule's fault:
// DEADLINE_EXCEEDED when the lease did not come free, others when the system has no
// process to give.
absl::StatusOr<Measurement> Measure(const Reference& reference,
                                    const CompileFunction& compile, const Work& work,
                                    const MachineModel& machine,
                                    const MeasureSettings& settings);

}  // namespace weft

#endif  // WEFT_ACTOR_WORKER_MEASURE_MEASURE_H_
