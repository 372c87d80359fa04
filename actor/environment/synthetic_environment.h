// An environment whose costs are a formula: no compiler, no worker, no noise.
//
// It serves to test learning, because its optimum is known exactly, and to test the
// service itself (`environment: synthetic`), because an episode takes as long as one
// says.
#ifndef WEFT_ACTOR_ENVIRONMENT_SYNTHETIC_ENVIRONMENT_H_
#define WEFT_ACTOR_ENVIRONMENT_SYNTHETIC_ENVIRONMENT_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "actor/environment/environment.h"
#include "actor/environment/synthetic_program.h"

namespace weft {

struct SyntheticEnvironmentOptions {
  uint64_t seed = 1;  // Of the invented machine, and so of every cost.
  absl::Duration episode_time = absl::ZeroDuration();  // Slept in Finish.
};

// An episode is at most one tile, at most one interchange (of the tile's band before
// it, else of the inner band), then vectorize or stop. Every action that the mask
// allows succeeds; every measurement is OK and exact. Thread-compatible.
class SyntheticEnvironment : public Environment {
 public:
  explicit SyntheticEnvironment(const SyntheticEnvironmentOptions& options);

  // The names that Reset knows.
  static std::vector<std::string> Programs();

  // NOT_FOUND for another name.
  absl::StatusOr<Observation> Reset(const std::string& program) override;
  // INVALID_ARGUMENT for an illegal action, FAILED_PRECONDITION outside of an episode.
  absl::StatusOr<Observation> Apply(const Action& action) override;
  absl::StatusOr<EpisodeResult> Finish() override;

  // The largest reward that any schedule can get, by trying all of them (about a
  // second).
  absl::StatusOr<double> OptimalReward(const std::string& program) const;
  // A schedule that gets it.
  absl::StatusOr<Schedule> OptimalSchedule(const std::string& program) const;

 private:
  SyntheticEnvironmentOptions options_;
  MachineModel machine_;
  const SyntheticProgram* program_ = nullptr;  // Of the running episode.
  SyntheticNest nest_;
  Schedule history_;
  ActionMask mask_;
};

}  // namespace weft

#endif  // WEFT_ACTOR_ENVIRONMENT_SYNTHETIC_ENVIRONMENT_H_
