// What an actor asks of a worker once, before it takes part in training.
#ifndef WEFT_ACTOR_ENVIRONMENT_WORKER_STARTUP_H_
#define WEFT_ACTOR_ENVIRONMENT_WORKER_STARTUP_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "actor/environment/suite.h"
#include "actor/environment/worker_client.h"
#include "common/config/options.h"
#include "common/schedule/features.h"

namespace weft {

// This machine, as roofline times and observations see it.
struct Machine {
  MachineModel model;
  std::string cpu;  // LLVM's name, such as znver3.
};

// Measures the machine's limits, holding the timing lease. INTERNAL when a rate is not
// a positive number: a reward made of it would be meaningless.
absl::StatusOr<Machine> ProbeMachine(WorkerClient& worker,
                                     const MeasureOptions& options);

// Loads every program once, and logs what was stripped of it. INVALID_ARGUMENT for the
// first that the worker refuses, with its message (file:line:column); a worker that
// dies of a program is an error, too.
absl::Status CheckPrograms(WorkerClient& worker, const Suite& suite,
                           absl::Duration timeout);

// `cpu`, or for -1 the last CPU that this process may run on: the first ones serve
// interrupts.
int ResolveTimingCpu(int cpu);

}  // namespace weft

#endif  // WEFT_ACTOR_ENVIRONMENT_WORKER_STARTUP_H_
