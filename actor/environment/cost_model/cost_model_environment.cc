#include "actor/environment/cost_model/cost_model_environment.h"

#include "actor/environment/cost_model/tasks.h"
#include "actor/nest/legal_actions.h"
#include "actor/nest/nest_state.h"

namespace weft {

Observation CostModelEnvironment::Observe() {
  Observation observation;
  Featurize(DescribeNest(*program_, *nest_, options_.machine, options_.threads),
            &observation);
  observation.mask = LegalActions(*nest_, options_.machine);
  mask_ = observation.mask;
  return observation;
}

absl::StatusOr<Observation> CostModelEnvironment::Reset(const std::string& program) {
  const absl::StatusOr<const ProgramInfo*> found = FindCostModelTask(program);
  if (!found.ok()) return found.status();
  program_ = *found;
  nest_.emplace(*program_);
  return Observe();
}

absl::StatusOr<Observation> CostModelEnvironment::Apply(const Action& action) {
  if (program_ == nullptr || nest_->done) {
    return absl::FailedPreconditionError("Apply without an unfinished episode");
  }
  const absl::Status legal = CheckLegal(mask_, action);
  if (!legal.ok()) return legal;
  nest_->Advance(action);
  return Observe();
}

absl::StatusOr<EpisodeResult> CostModelEnvironment::Finish() {
  if (program_ == nullptr || !nest_->done) {
    return absl::FailedPreconditionError("Finish before a terminal action");
  }
  const MachineModel& machine = options_.machine;
  EpisodeResult result;
  result.measurement.seconds =
      EstimateTime(*program_, *nest_, machine, options_.threads).total;
  result.measurement.samples = {result.measurement.seconds};
  result.roofline_seconds =
      RooflineSeconds(program_->flops, program_->bytes, machine, options_.threads);
  result.unscheduled_seconds =
      EstimateTime(*program_, {Action{}}, machine, options_.threads).total;
  result.reward = Reward(result.measurement, result.roofline_seconds, 0);
  program_ = nullptr;
  return result;
}

}  // namespace weft
