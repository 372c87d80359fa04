// Makes the environments that a config asks for.
#ifndef WEFT_ACTOR_ROLLOUT_ENVIRONMENTS_H_
#define WEFT_ACTOR_ROLLOUT_ENVIRONMENTS_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "actor/environment/environment.h"
#include "actor/environment/stored_measurer.h"
#include "actor/environment/worker_client.h"
#include "common/config/options.h"

namespace weft {

// What there is to learn on, and a maker of environments for it.
struct Environments {
  std::vector<std::string> programs;
  // Never trained on, and none of them looks to a policy like one of `programs`. Empty
  // without validation.
  std::vector<std::string> validation_programs;
  std::string cpu;  // LLVM's name; the environment's name without workers.
  // Thread-safe. Call it on the thread that will use the environment.
  std::function<std::unique_ptr<Environment>()> make;
};

// What environments use and report to; thread-safe.
struct EnvironmentHooks {
  ScheduleStore* store = nullptr;  // May be null; outlives the environments.
  std::function<void(WorkerLoss)> on_worker_lost;
  std::function<void(StoreEvent)> on_store_event;
};

// For `environment: mlir` starts a worker, probes the machine and loads every program
// of the suite once, so that whatever is wrong with them is known before training
// begins.
absl::StatusOr<Environments> PrepareEnvironments(const TrainConfig& config,
                                                 const std::string& worker_path,
                                                 EnvironmentHooks hooks);

}  // namespace weft

#endif  // WEFT_ACTOR_ROLLOUT_ENVIRONMENTS_H_
