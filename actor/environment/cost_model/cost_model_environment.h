// An environment with real tasks, real actions and modelled times: no compiler.
//
// Observations and masks are those that a worker gives for the same program, machine
// and schedule, so a policy that has learned here goes on learning on the real one.
#ifndef WEFT_ACTOR_ENVIRONMENT_COST_MODEL_COST_MODEL_ENVIRONMENT_H_
#define WEFT_ACTOR_ENVIRONMENT_COST_MODEL_COST_MODEL_ENVIRONMENT_H_

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "actor/environment/cost_model/cost_model.h"
#include "actor/environment/environment.h"
#include "actor/nest/nest.h"
#include "actor/nest/program_info.h"

namespace weft {

struct CostModelOptions {
  MachineModel machine = CostModelMachine();
  int threads = 1;
};

// Programs are those of CostModelTasks(). Every legal action succeeds; every
// measurement is OK and exact, and never needs a failure penalty. Thread-compatible.
class CostModelEnvironment : public Environment {
 public:
  explicit CostModelEnvironment(const CostModelOptions& options) : options_(options) {}

  // NOT_FOUND for an unknown name.
  absl::StatusOr<Observation> Reset(const std::string& program) override;
  // INVALID_ARGUMENT for an illegal action, FAILED_PRECONDITION outside of an episode.
  absl::StatusOr<Observation> Apply(const Action& action) override;
  absl::StatusOr<EpisodeResult> Finish() override;

 private:
  Observation Observe();

  CostModelOptions options_;
  const ProgramInfo* program_ = nullptr;  // Of the running episode.
  std::optional<Nest> nest_;
  ActionMask mask_;
};

}  // namespace weft

#endif  // WEFT_ACTOR_ENVIRONMENT_COST_MODEL_COST_MODEL_ENVIRONMENT_H_
