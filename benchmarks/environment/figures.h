// What the environment of real programs does in a second on one core.
#ifndef WEFT_BENCHMARKS_ENVIRONMENT_FIGURES_H_
#define WEFT_BENCHMARKS_ENVIRONMENT_FIGURES_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "actor/environment/suite.h"
#include "actor/environment/worker_environment.h"
#include "common/schedule/action.h"
#include "nlohmann/json.hpp"

namespace weft {

// Seconds of many repetitions of one thing; 0 where there was none.
struct Spread {
  double median = 0;
  double p90 = 0;
};
Spread SpreadOf(std::vector<double> values);

// Actions applied to random legal schedules, without any measurement.
struct StepFigures {
  int64_t steps = 0;
  int64_t episodes = 0;
  double seconds = 0;  // Of everything, the resets between episodes included.
  Spread step;

  double steps_per_second() const;
};

// Schedules measured from the reset to the result: compiled, checked and timed.
struct MeasureFigures {
  std::map<std::string, int> outcomes;  // By OutcomeName.
  int disturbed = 0;                    // Times without one undisturbed sample.
  double seconds = 0;                   // Of everything.
  Spread compile;                       // Of schedules that gave a time.
  Spread check;
  Spread timing;
  Spread lease_wait;
  Spread episode;
  std::vector<double> resident_bytes;  // Of the worker, after every schedule.
  int worker_restarts = 0;             // Then these are of several workers.

  int measured() const;  // With a time.
  double measured_per_second() const;
  // Of the worker between the middle and the end of the schedules; see MeasureRandom.
  double growth_bytes() const;
};

// Plays uniformly random episodes on the programs in turn until `seconds` have passed.
// The baselines are measured before the clock starts.
absl::StatusOr<StepFigures> PlayRandom(WorkerEnvironment& environment,
                                       const std::vector<std::string>& programs,
                                       double seconds, uint64_t seed);

// Measures `schedules` uniformly random schedules, going twice round the programs, so
// that the second half of the memory's course has no program that the first had not.
absl::StatusOr<MeasureFigures> MeasureRandom(WorkerEnvironment& environment,
                                             const std::vector<std::string>& programs,
                                             int schedules, uint64_t seed);

// Measures each of `schedules` of one program `repetitions` times.
// FAILED_PRECONDITION when one of them is not legal there.
absl::StatusOr<MeasureFigures> MeasureRepeatedly(WorkerEnvironment& environment,
                                                 const std::string& program,
                                                 const std::vector<Schedule>& schedules,
                                                 int repetitions);

// Packed matmuls as a search finds them: panels, their loops in another order, tiles.
std::vector<Schedule> PackedMatmulSchedules();

nlohmann::json ToJson(const StepFigures& figures);
nlohmann::json ToJson(const MeasureFigures& figures);

}  // namespace weft

#endif  // WEFT_BENCHMARKS_ENVIRONMENT_FIGURES_H_
