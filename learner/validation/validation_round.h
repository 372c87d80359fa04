// What the greedy policy achieved on the validation programs at one version.
#ifndef WEFT_LEARNER_VALIDATION_VALIDATION_ROUND_H_
#define WEFT_LEARNER_VALIDATION_VALIDATION_ROUND_H_

#include <cstdint>
#include <string>
#include <vector>

#include "common/schedule/trajectory.h"
#include "nlohmann/json.hpp"

namespace weft {

// ln(unscheduled / measured) of an episode. A failure has the time that its penalty
// stands for, roofline * e^-failure_reward; where the reference times are unknown, it
// is the penalty.
double LogSpeedup(Outcome outcome, double unscheduled_seconds, double seconds,
                  double roofline_seconds, double failure_reward);

// One program, scheduled by the most probable actions and measured once. Times in
// seconds, 0 where the outcome left them unknown.
struct ValidatedProgram {
  std::string program;
  Outcome outcome = Outcome::kWorkerLost;
  double reward = 0;  // ln(roofline / seconds), or the failure penalty.
  double seconds = 0;
  double unscheduled_seconds = 0;
  double roofline_seconds = 0;
  std::string schedule;  // ToString.

  static ValidatedProgram Of(const Trajectory& trajectory);
};

// The figures of a round that outlive it. A failed program counts at its true cost, the
// penalty: as a program that runs e^-penalty times as long as its roofline. It is never
// left out and never taken for a speed-up of 1.
struct ValidationScore {
  uint64_t iteration = 0;
  uint64_t weights_version = 0;
  double mean_reward = 0;      // What `best` is chosen by.
  double geomean_speedup = 0;  // Over unscheduled -O3 code.
  int programs = 0;            // 0: there was no round.
  int failures = 0;
};

struct ValidationRound {
  uint64_t iteration = 0;
  uint64_t weights_version = 0;
  double seconds = 0;                      // Wall time.
  std::vector<ValidatedProgram> programs;  // Sorted by name.

  // `failure_reward` is the penalty, in natural-log units.
  ValidationScore Score(double failure_reward) const;
  // A line of metrics.jsonl: {"iteration": N, "validation": {...}}.
  std::string ToJson(double failure_reward) const;
};

nlohmann::ordered_json ToJson(const ValidationScore& score);
// Throws nlohmann::json::exception when it is not what ToJson makes.
ValidationScore ValidationScoreFromJson(const nlohmann::json& json);

}  // namespace weft

#endif  // WEFT_LEARNER_VALIDATION_VALIDATION_ROUND_H_
