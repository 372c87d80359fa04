// The environment of an episode: one program, one schedule under construction.
#ifndef WEFT_ACTOR_ENVIRONMENT_ENVIRONMENT_H_
#define WEFT_ACTOR_ENVIRONMENT_ENVIRONMENT_H_

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/schedule/observation.h"
#include "common/schedule/trajectory.h"

namespace weft {

// What the end of an episode found.
struct EpisodeResult {
  Measurement measurement;
  double reward = 0;  // Natural-log units; the penalty unless outcome is kOk.
  double roofline_seconds = 0;
  double unscheduled_seconds = 0;
  std::string schedule_module;  // Transform text; empty in synthetic environments.
};

// One episode at a time: Reset, then Apply until an action is terminal, then Finish.
// Not thread-safe; one thread owns an environment.
//
// Errors are for what ends the episode without a label: an unknown program, an illegal
// action, a machine that cannot start workers. What a schedule does to the compiler is
// never an error: a transform that refuses, a worker that dies during Apply or Finish,
// a timeout, all give an EpisodeResult whose outcome names it. After such a failure
// Apply returns an observation whose mask allows only kStop, and Finish tells the
// outcome.
class Environment {
 public:
  virtual ~Environment() = default;

  // Starts an episode on the named program of the suite.
  virtual absl::StatusOr<Observation> Reset(const std::string& program) = 0;

  // Applies a legal action. The observation after a terminal action has an empty mask.
  virtual absl::StatusOr<Observation> Apply(const Action& action) = 0;

  // Measures the schedule. Only after a terminal action, or a failed one.
  virtual absl::StatusOr<EpisodeResult> Finish() = 0;

  // The fastest schedule that anybody has measured of the program of the last Reset;
  // nothing where no store remembers one.
  virtual std::optional<Schedule> BestKnown() const { return std::nullopt; }

  // Between two episodes: what the next ones depend on beyond the program and the
  // actions, such as a random engine; empty where that is nothing. Given to another
  // environment of the same options, it goes on as this one would. DATA_LOSS when the
  // bytes are no such state.
  virtual std::string SaveState() const { return ""; }
  virtual absl::Status RestoreState(const std::string& state) {
    return state.empty() ? absl::OkStatus()
                         : absl::DataLossError("a state of another environment");
  }

  // Workers replaced since construction; 0 where there are none.
  virtual uint32_t worker_restarts() const { return 0; }
};

// The reward of a measurement: ln(roofline / measured) when it is OK, else the penalty.
double Reward(const Measurement& measurement, double roofline_seconds,
              double failure_reward);

}  // namespace weft

#endif  // WEFT_ACTOR_ENVIRONMENT_ENVIRONMENT_H_
