// A finished episode and what its measurement found, as plain data.
#ifndef WEFT_COMMON_SCHEDULE_TRAJECTORY_H_
#define WEFT_COMMON_SCHEDULE_TRAJECTORY_H_

#include <cstdint>
#include <string>
#include <vector>

#include "common/schedule/action.h"
#include "common/schedule/observation.h"

namespace weft {

// How a measurement ended. Everything but kOk is a failure with a label of its own: it
// gets the penalty reward and is never counted as a speed-up.
enum class Outcome : uint8_t {
  kOk = 0,
  kTransformFailed = 1,
  kCompileFailed = 2,
  kWrongResult = 3,
  kCrashed = 4,
  kTimedOut = 5,
  kOutOfMemory = 6,
  kImpossibleTime = 7,
  kWorkerLost = 8,
};
inline constexpr int kNumOutcomes = 9;

// "ok", "transform_failed", ...: the label in metrics and files.
const char* OutcomeName(Outcome outcome);

// Times in seconds. See proto/weft/v1/schedule.proto for each field.
struct Measurement {
  Outcome outcome = Outcome::kOk;
  std::string message;
  double seconds = 0;
  std::vector<double> samples;
  double max_relative_error = 0;
  double compile_seconds = 0;
  double check_seconds = 0;
  double timing_seconds = 0;
  double lease_wait_seconds = 0;
};

struct Step {
  Observation observation;
  Action action;
  float log_probability = 0;
  float value = 0;
  float reward = 0;
};

// See proto/weft/v1/trajectory.proto for each field.
struct Trajectory {
  uint64_t sequence = 0;
  uint64_t weights_version = 0;
  std::string program;
  std::vector<Step> steps;
  Measurement measurement;
  double roofline_seconds = 0;
  double unscheduled_seconds = 0;
  double episode_seconds = 0;
  std::string schedule_module;
  uint32_t worker_restarts = 0;

  Schedule schedule() const {
    Schedule actions;
    for (const Step& step : steps) actions.push_back(step.action);
    return actions;
  }
  double total_reward() const {
    double total = 0;
    for (const Step& step : steps) total += step.reward;
    return total;
  }
};

}  // namespace weft

#endif  // WEFT_COMMON_SCHEDULE_TRAJECTORY_H_
