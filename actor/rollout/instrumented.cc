#include "actor/rollout/instrumented.h"

#include <chrono>

namespace weft {
namespace {

using Clock = std::chrono::steady_clock;

double SecondsSince(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

}  // namespace

absl::StatusOr<Observation> InstrumentedEnvironment::Reset(const std::string& program) {
  absl::StatusOr<Observation> observation = environment_->Reset(program);
  reset_status_ = observation.status();
  return observation;
}

absl::StatusOr<Observation> InstrumentedEnvironment::Apply(const Action& action) {
  const Clock::time_point start = Clock::now();
  absl::StatusOr<Observation> observation = environment_->Apply(action);
  metrics_->env_step_seconds.Observe(SecondsSince(start));
  metrics_->env_steps.Increment();
  return observation;
}

absl::StatusOr<EpisodeResult> InstrumentedEnvironment::Finish() {
  return environment_->Finish();
}

Decision InstrumentedPolicy::Decide(const Observation& observation, Selection selection,
                                    std::mt19937_64& random) const {
  const Clock::time_point start = Clock::now();
  Decision decision = policy_->Decide(observation, selection, random);
  metrics_->inference_seconds.Observe(SecondsSince(start));
  return decision;
}

}  // namespace weft
