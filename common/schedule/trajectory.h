// A finished episode and what its measurement found, as plain data.
#ifndef WEFT_COMMON_SCHEDULE_TRAJECTORY_H_
#define WEFT_COMMON_SCHEDULE_TRAJECTORY_H_

#include <array>
#include <cstdint>
#include <optional>
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

// Why a timed sample was thrown away.
enum class Interference : uint8_t {
  kPreempted = 0,     // Another thread ran on the CPU: an involuntary context switch.
  kSlowCompute = 1,   // The compute sentinel was slow: a sibling thread, a lower clock.
  kSlowMemory = 2,    // The memory sentinel was: a neighbour in the last cache.
  kLowFrequency = 3,  // The clock was below the highest that was seen.
};
inline constexpr int kNumInterferences = 4;

// "preempted", "slow_compute", ...: the label in metrics and files.
const char* InterferenceName(Interference interference);

// A schedule and the previous best, timed in turn.
struct Confirmation {
  double seconds = 0;
  double previous_seconds = 0;
  double ratio = 0;  // previous_seconds / seconds.
  int pairs = 0;
  int pairs_won = 0;
  bool faster = false;
};

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
  int rejected_samples = 0;
  std::array<int, kNumInterferences> rejections = {};  // By Interference.
  bool disturbed = false;
  double cpu_pressure = 0;
  std::optional<Confirmation> confirmation;
  bool cached = false;
  int64_t page_faults = 0;
  std::vector<double> earlier_samples;
};

// Keeps the samples of a measurement that `measurement` replaces.
void KeepSamples(const Measurement& replaced, Measurement* measurement);

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
