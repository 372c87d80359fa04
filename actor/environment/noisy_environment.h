// Another environment with what reality adds: noise, and schedules that fail.
#ifndef WEFT_ACTOR_ENVIRONMENT_NOISY_ENVIRONMENT_H_
#define WEFT_ACTOR_ENVIRONMENT_NOISY_ENVIRONMENT_H_

#include <cstdint>
#include <memory>
#include <random>
#include <string>

#include "absl/status/statusor.h"
#include "actor/environment/environment.h"

namespace weft {

struct NoiseOptions {
  uint64_t seed = 1;
  // Measured times are off by a factor exp(x), x normal with this standard deviation.
  double time_noise = 0;
  // Chance of each action that is not a stop to be refused by a transform.
  double transform_failures = 0;
  // Chance of each measurement to fail: to compile, to be right, to end in time, or
  // with a crash, out of memory, or with the loss of the worker, each equally likely.
  double measurement_failures = 0;
  double failure_reward = -8;
};

// What fails is drawn anew in every episode, so the same schedule fails now and works
// then, as on a machine that is overloaded. The failures obey the contract of
// Environment: a refused action leaves kStop alone, and Finish names the outcome.
// Deterministic: the same seed and calls give the same answers. Thread-compatible.
class NoisyEnvironment : public Environment {
 public:
  NoisyEnvironment(const NoiseOptions& options, std::unique_ptr<Environment> inner);

  absl::StatusOr<Observation> Reset(const std::string& program) override;
  absl::StatusOr<Observation> Apply(const Action& action) override;
  absl::StatusOr<EpisodeResult> Finish() override;
  std::string SaveState() const override;
  absl::Status RestoreState(const std::string& state) override;
  uint32_t worker_restarts() const override { return restarts_; }

 private:
  bool Happens(double probability);
  // Replaces the measurement of `result` by a failure.
  void Fail(Outcome outcome, const std::string& message, EpisodeResult* result) const;

  const NoiseOptions options_;
  const std::unique_ptr<Environment> inner_;
  std::mt19937_64 random_;
  bool refused_ = false;  // An action of the running episode was.
  Observation last_;      // What the refused action was taken on.
  uint32_t restarts_ = 0;
};

}  // namespace weft

#endif  // WEFT_ACTOR_ENVIRONMENT_NOISY_ENVIRONMENT_H_
