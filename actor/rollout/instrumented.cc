#include "actor/rollout/instrumented.h"

#include "common/time/stopwatch.h"

namespace weft {

absl::StatusOr<Observation> InstrumentedEnvironment::Reset(const std::string& program) {
  absl::StatusOr<Observation> observation = environment_->Reset(program);
  reset_status_ = observation.status();
  return observation;
}

absl::StatusOr<Observation> InstrumentedEnvironment::Apply(const Action& action) {
  const Stopwatch stopwatch;
  absl::StatusOr<Observation> observation = environment_->Apply(action);
  metrics_->env_step_seconds.Observe(stopwatch.seconds());
  metrics_->env_steps.Increment();
  return observation;
}

absl::StatusOr<EpisodeResult> InstrumentedEnvironment::Finish() {
  return environment_->Finish();
}

Decision InstrumentedPolicy::Decide(const Observation& observation, Selection selection,
                                    std::mt19937_64& random) const {
  const Stopwatch stopwatch;
  Decision decision = policy_->Decide(observation, selection, random);
  metrics_->inference_seconds.Observe(stopwatch.seconds());
  return decision;
}

}  // namespace weft
