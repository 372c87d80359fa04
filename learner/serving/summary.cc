#include "learner/serving/summary.h"

#include <algorithm>

#include "absl/strings/str_format.h"
#include "nlohmann/json.hpp"

namespace weft {
namespace {

constexpr double kMicroseconds = 1e6;

uint64_t Count(const RunState& state, Outcome outcome) {
  return state.outcomes[static_cast<int>(outcome)];
}

nlohmann::ordered_json Programs(const RunState& state) {
  auto programs = nlohmann::ordered_json::array();
  for (const auto& [name, record] : state.programs) {
    programs.push_back(
        {{"program", name},
         {"unscheduled_us", record.best.unscheduled_seconds * kMicroseconds},
         {"best_us", record.best.seconds * kMicroseconds},
         {"speedup", record.best.speedup},
         {"schedule", record.best.schedule},
         {"exported_speedup", record.exported.speedup},
         {"exported_schedule", record.exported.schedule}});
  }
  return programs;
}

nlohmann::ordered_json ProgramsWithoutSchedule(const RunState& state) {
  auto programs = nlohmann::ordered_json::array();
  for (const auto& [name, record] : state.programs) {
    if (record.best.seconds == 0) programs.push_back(name);
  }
  return programs;
}

}  // namespace

std::string SummaryJson(const RunState& state) {
  const uint64_t ok = Count(state, Outcome::kOk);
  const uint64_t wrong = Count(state, Outcome::kWrongResult);
  const uint64_t crashed = Count(state, Outcome::kCrashed);
  const uint64_t timed_out = Count(state, Outcome::kTimedOut);
  // Of the environment that the run is in, as are the counts.
  const double wall = std::max(state.elapsed_seconds - state.entered_seconds, 1e-9);
  nlohmann::ordered_json json = {
      {"environment", state.environment},
      {"iterations", state.iteration},
      {"environment_iterations", state.iteration - state.entered_iteration},
      {"episodes", state.episodes},
      {"measurements", state.measurements()},
      {"known", state.known},
      {"wrong", wrong},
      {"crashed", crashed},
      {"timed_out", timed_out},
      {"other_failures", state.episodes - ok - wrong - crashed - timed_out},
      {"dropped", state.dropped},
      {"geomean_speedup", state.BestGeomeanSpeedup()},
      {"mean_reward_first_quarter", state.MeanReward(0, 0.25)},
      {"mean_reward_last_quarter", state.MeanReward(0.75, 1)},
      {"env_steps", state.env_steps},
      {"env_steps_per_second", static_cast<double>(state.env_steps) / wall},
      {"measured_schedules_per_second",
       static_cast<double>(state.measurements()) / wall},
      {"wall_seconds", state.elapsed_seconds},
      {"environment_seconds", state.elapsed_seconds - state.entered_seconds},
      {"programs_without_schedule", ProgramsWithoutSchedule(state)},
      {"programs", Programs(state)}};
  if (state.last_validation.programs > 0) {
    json["validation"] = {{"first", ToJson(state.first_validation)},
                          {"best", ToJson(state.best_validation)},
                          {"last", ToJson(state.last_validation)}};
  }
  return json.dump(2) + "\n";
}

std::string BestScheduleComment(const std::string& program,
                                const MeasuredSchedule& schedule) {
  return absl::StrFormat(
      "// %s: %.2fx over unscheduled (%.2f us instead of %.2f us): %s\n", program,
      schedule.speedup, schedule.seconds * kMicroseconds,
      schedule.unscheduled_seconds * kMicroseconds, schedule.schedule);
}

}  // namespace weft
