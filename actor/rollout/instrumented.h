// An environment and a policy that measure how long their calls take.
#ifndef WEFT_ACTOR_ROLLOUT_INSTRUMENTED_H_
#define WEFT_ACTOR_ROLLOUT_INSTRUMENTED_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "actor/environment/environment.h"
#include "actor/rollout/actor_metrics.h"
#include "common/policy/policy.h"

namespace weft {

// Both forward every call and own nothing; what they wrap must outlive them. As
// thread-safe as what they wrap.
class InstrumentedEnvironment : public Environment {
 public:
  InstrumentedEnvironment(Environment* environment, ActorMetrics* metrics)
      : environment_(environment), metrics_(metrics) {}

  absl::StatusOr<Observation> Reset(const std::string& program) override;
  absl::StatusOr<Observation> Apply(const Action& action) override;
  absl::StatusOr<EpisodeResult> Finish() override;
  uint32_t worker_restarts() const override { return environment_->worker_restarts(); }

  // How the last Reset ended: tells a program that cannot be used from an episode that
  // went wrong later.
  const absl::Status& reset_status() const { return reset_status_; }

 private:
  Environment* const environment_;
  ActorMetrics* const metrics_;
  absl::Status reset_status_;
};

class InstrumentedPolicy : public Policy {
 public:
  InstrumentedPolicy(const Policy* policy, ActorMetrics* metrics)
      : policy_(policy), metrics_(metrics) {}

  Decision Decide(const Observation& observation, Selection selection,
                  std::mt19937_64& random) const override;
  uint64_t version() const override { return policy_->version(); }

 private:
  const Policy* const policy_;
  ActorMetrics* const metrics_;
};

}  // namespace weft

#endif  // WEFT_ACTOR_ROLLOUT_INSTRUMENTED_H_
