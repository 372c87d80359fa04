#include "learner/checkpoint/run_state.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "nlohmann/json.hpp"

namespace weft {
namespace {

constexpr char kStateSection[] = "run_state";
constexpr char kRewardsSection[] = "episode_rewards";

nlohmann::json ToJson(const MeasuredSchedule& schedule) {
  return {{"unscheduled_seconds", schedule.unscheduled_seconds},
          {"seconds", schedule.seconds},
          {"speedup", schedule.speedup},
          {"schedule", schedule.schedule}};
}

nlohmann::json ToJson(const ProgramRecord& record) {
  return {{"best", ToJson(record.best)},
          {"exported", ToJson(record.exported)},
          {"module", record.module}};
}

MeasuredSchedule ScheduleFromJson(const nlohmann::json& json) {
  MeasuredSchedule schedule;
  json.at("unscheduled_seconds").get_to(schedule.unscheduled_seconds);
  json.at("seconds").get_to(schedule.seconds);
  json.at("speedup").get_to(schedule.speedup);
  json.at("schedule").get_to(schedule.schedule);
  return schedule;
}

ProgramRecord ProgramFromJson(const nlohmann::json& json) {
  ProgramRecord record;
  record.best = ScheduleFromJson(json.at("best"));
  record.exported = ScheduleFromJson(json.at("exported"));
  json.at("module").get_to(record.module);
  return record;
}

MeasuredSchedule ScheduleOf(const Trajectory& trajectory) {
  MeasuredSchedule schedule;
  schedule.unscheduled_seconds = trajectory.unscheduled_seconds;
  schedule.seconds = trajectory.measurement.seconds;
  schedule.speedup = schedule.unscheduled_seconds / schedule.seconds;
  schedule.schedule = ToString(trajectory.schedule());
  return schedule;
}

// Actors on different machines differ in speed: the ratio counts, not the time.
bool IsBetter(const MeasuredSchedule& schedule, const MeasuredSchedule& than) {
  return than.seconds == 0 || schedule.speedup > than.speedup;
}

RunState StateFromJson(const nlohmann::json& json) {
  RunState state;
  state.environment = json.value("environment", "");  // Not in older checkpoints.
  json.at("iteration").get_to(state.iteration);
  json.at("log_position").get_to(state.log_position);
  json.at("episodes").get_to(state.episodes);
  json.at("env_steps").get_to(state.env_steps);
  json.at("elapsed_seconds").get_to(state.elapsed_seconds);
  // Neither are these.
  state.entered_iteration = json.value("entered_iteration", uint64_t{0});
  state.entered_seconds = json.value("entered_seconds", 0.0);
  json.at("dropped").get_to(state.dropped);
  state.known = json.value("known", uint64_t{0});  // Not in older checkpoints.
  for (int i = 0; i < kNumOutcomes; ++i) {
    json.at("outcomes")
        .at(OutcomeName(static_cast<Outcome>(i)))
        .get_to(state.outcomes[i]);
  }
  if (json.contains("validation")) {
    const nlohmann::json& validation = json["validation"];
    state.first_validation = ValidationScoreFromJson(validation.at("first"));
    state.best_validation = ValidationScoreFromJson(validation.at("best"));
    state.last_validation = ValidationScoreFromJson(validation.at("last"));
  }
  for (const auto& [name, record] : json.at("programs").items()) {
    state.programs[name] = ProgramFromJson(record);
  }
  return state;
}

absl::StatusOr<std::vector<float>> RewardsFromBytes(const std::string& bytes,
                                                    uint64_t episodes) {
  if (bytes.size() != episodes * sizeof(float)) {
    return absl::DataLossError(absl::StrCat(kRewardsSection, ": ", bytes.size(),
                                            " bytes for ", episodes, " episodes"));
  }
  std::vector<float> rewards(episodes);
  if (!bytes.empty()) std::memcpy(rewards.data(), bytes.data(), bytes.size());
  return rewards;
}

}  // namespace

bool RunState::EnterEnvironment(const std::string& name) {
  const bool another = !environment.empty() && environment != name;
  environment = name;
  if (!another) return false;
  entered_iteration = iteration;
  entered_seconds = elapsed_seconds;
  episodes = 0;
  env_steps = 0;
  outcomes = {};
  known = 0;
  programs.clear();
  rewards.clear();
  first_validation = best_validation = last_validation = {};
  return true;
}

void RunState::CountEpisode(const Trajectory& trajectory) {
  ++episodes;
  env_steps += trajectory.steps.size();
  const Measurement& measurement = trajectory.measurement;
  ++outcomes[static_cast<int>(measurement.outcome)];
  if (measurement.outcome == Outcome::kOk && !WasTimed(measurement)) ++known;
  rewards.push_back(static_cast<float>(trajectory.total_reward()));
}

bool RunState::RecordSchedule(const Trajectory& trajectory) {
  ProgramRecord& record = programs[trajectory.program];
  if (record.best.seconds == 0 && trajectory.unscheduled_seconds > 0) {
    record.best.unscheduled_seconds = trajectory.unscheduled_seconds;
  }
  if (trajectory.measurement.outcome != Outcome::kOk) return false;
  const MeasuredSchedule schedule = ScheduleOf(trajectory);
  if (IsBetter(schedule, record.best)) record.best = schedule;
  if (trajectory.schedule_module.empty() || !IsBetter(schedule, record.exported)) {
    return false;
  }
  record.exported = schedule;
  record.module = trajectory.schedule_module;
  return true;
}

uint64_t RunState::measurements() const {
  return outcomes[static_cast<int>(Outcome::kOk)] - known;
}

double RunState::BestGeomeanSpeedup() const {
  if (programs.empty()) return 1;
  double log_sum = 0;
  for (const auto& [name, record] : programs) log_sum += std::log(record.best.speedup);
  return std::exp(log_sum / static_cast<double>(programs.size()));
}

double RunState::MeanReward(double begin, double end) const {
  if (rewards.empty()) return 0;
  const auto count = static_cast<double>(rewards.size());
  const auto first =
      std::min<size_t>(static_cast<size_t>(begin * count), rewards.size() - 1);
  const auto last = std::min<size_t>(
      std::max<size_t>(static_cast<size_t>(end * count), first + 1), rewards.size());
  double sum = 0;
  for (size_t i = first; i < last; ++i) sum += rewards[i];
  return sum / static_cast<double>(last - first);
}

void RunState::Save(CheckpointSections* sections) const {
  nlohmann::json json = {{"environment", environment},
                         {"iteration", iteration},
                         {"log_position", log_position},
                         {"episodes", episodes},
                         {"env_steps", env_steps},
                         {"dropped", dropped},
                         {"known", known},
                         {"elapsed_seconds", elapsed_seconds},
                         {"entered_iteration", entered_iteration},
                         {"entered_seconds", entered_seconds},
                         {"outcomes", nlohmann::json::object()},
                         {"programs", nlohmann::json::object()}};
  if (last_validation.programs > 0) {
    json["validation"] = {{"first", weft::ToJson(first_validation)},
                          {"best", weft::ToJson(best_validation)},
                          {"last", weft::ToJson(last_validation)}};
  }
  for (int i = 0; i < kNumOutcomes; ++i) {
    json["outcomes"][OutcomeName(static_cast<Outcome>(i))] = outcomes[i];
  }
  for (const auto& [name, record] : programs) json["programs"][name] = ToJson(record);
  (*sections)[kStateSection] = json.dump();
  (*sections)[kRewardsSection] = std::string(
      reinterpret_cast<const char*>(rewards.data()), rewards.size() * sizeof(float));
}

absl::StatusOr<RunState> RunState::Load(const CheckpointSections& sections) {
  const auto state_section = sections.find(kStateSection);
  const auto rewards_section = sections.find(kRewardsSection);
  if (state_section == sections.end() || rewards_section == sections.end()) {
    return absl::DataLossError(
        absl::StrCat("a section is missing: ", kStateSection, " or ", kRewardsSection));
  }
  RunState state;
  try {
    state = StateFromJson(nlohmann::json::parse(state_section->second));
  } catch (const nlohmann::json::exception& error) {
    return absl::DataLossError(absl::StrCat(kStateSection, ": ", error.what()));
  }
  absl::StatusOr<std::vector<float>> rewards =
      RewardsFromBytes(rewards_section->second, state.episodes);
  if (!rewards.ok()) return rewards.status();
  state.rewards = *std::move(rewards);
  return state;
}

}  // namespace weft
