// How programs appear to a policy before any action: what it cannot tell apart.
#ifndef WEFT_ACTOR_ENVIRONMENT_PROGRAM_APPEARANCE_H_
#define WEFT_ACTOR_ENVIRONMENT_PROGRAM_APPEARANCE_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "actor/environment/cost_model/cost_model_environment.h"
#include "actor/environment/suite.h"
#include "actor/environment/worker_client.h"

namespace weft {

// The tasks that pre-training was on, by names that no program has.
std::vector<std::string> ModelledPrograms();

// Of programs and tasks on one machine with one number of threads, which both are part
// of what a policy sees. Not thread-safe.
class ProgramAppearance {
 public:
  // The worker, which has probed the machine, must outlive it.
  ProgramAppearance(WorkerClient* worker, const MachineModel& machine, int threads,
                    absl::Duration timeout)
      : worker_(worker),
        threads_(threads),
        timeout_(timeout),
        cost_model_({machine, threads}) {}

  void Add(const std::string& name, const SuiteProgram& program) {
    programs_[name] = program;
  }

  // Of a program that was added or is in ModelledPrograms(); equal strings are equal
  // tokens. NOT_FOUND for another name, else what the worker says of the program.
  absl::StatusOr<std::string> Of(const std::string& name);

 private:
  absl::StatusOr<Observation> FirstObservation(const SuiteProgram& program);

  WorkerClient* const worker_;
  const int threads_;
  const absl::Duration timeout_;
  CostModelEnvironment cost_model_;
  std::map<std::string, SuiteProgram> programs_;
};

}  // namespace weft

#endif  // WEFT_ACTOR_ENVIRONMENT_PROGRAM_APPEARANCE_H_
