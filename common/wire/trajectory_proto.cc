#include "common/wire/trajectory_proto.h"

#include <algorithm>
#include <cmath>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/wire/schedule_proto.h"

namespace weft {
namespace {

absl::Status Invalid(const std::string& what) {
  return absl::InvalidArgumentError("trajectory: " + what);
}

// Written so that NaN fails.
bool Within(double value, double least, double most) {
  return value >= least && value <= most;
}

// One number out of all proportion would outweigh the rest of a batch: the learner
// normalizes over it.
absl::Status CheckNumbers(const v1::Step& step) {
  if (!Within(step.log_probability(), kMinLogProbability, kMaxLogProbability)) {
    return absl::InvalidArgumentError(
        absl::StrCat("log probability ", step.log_probability(), "; ",
                     kMinLogProbability, " to ", kMaxLogProbability));
  }
  if (!Within(step.value(), -kMaxAbsoluteValue, kMaxAbsoluteValue)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "value ", step.value(), "; ", -kMaxAbsoluteValue, " to ", kMaxAbsoluteValue));
  }
  if (!Within(step.reward(), -kMaxAbsoluteReward, kMaxAbsoluteReward)) {
    return absl::InvalidArgumentError(absl::StrCat("reward ", step.reward(), "; ",
                                                   -kMaxAbsoluteReward, " to ",
                                                   kMaxAbsoluteReward));
  }
  return absl::OkStatus();
}

absl::Status CheckHeader(const v1::Trajectory& proto) {
  if (proto.sequence() == 0) return Invalid("sequence 0; the first is 1");
  if (!IsProgramName(proto.program())) {
    return Invalid(absl::StrCat("'", proto.program().substr(0, kMaxProgramNameBytes),
                                "' is not the name of a program"));
  }
  if (proto.steps_size() < 1 || proto.steps_size() > kMaxActions) {
    return Invalid(absl::StrCat(proto.steps_size(), " steps; 1 to ", kMaxActions));
  }
  if (proto.schedule_module().size() > static_cast<size_t>(kMaxScheduleModuleBytes)) {
    return Invalid(absl::StrCat("a schedule module of ", proto.schedule_module().size(),
                                " bytes; at most ", kMaxScheduleModuleBytes));
  }
  return absl::OkStatus();
}

// An episode that really was measured has reference times; one whose worker died before
// there were any need not.
absl::Status CheckTimes(const Trajectory& trajectory) {
  const double roofline = trajectory.roofline_seconds;
  const double unscheduled = trajectory.unscheduled_seconds;
  const double episode = trajectory.episode_seconds;
  if (!std::isfinite(roofline) || roofline < 0 || !std::isfinite(unscheduled) ||
      unscheduled < 0 || !std::isfinite(episode) || episode < 0) {
    return Invalid(absl::StrCat("times must be finite and >= 0: roofline ", roofline,
                                ", unscheduled ", unscheduled, ", episode ", episode));
  }
  // Ratios of such times are finite.
  for (const double seconds : {roofline, unscheduled, trajectory.measurement.seconds}) {
    if (seconds == 0 || (seconds >= 1e-12 && seconds <= 1e9)) continue;
    return Invalid(absl::StrCat("a time of ", seconds, " seconds; 1e-12 to 1e9, or 0"));
  }
  if (trajectory.measurement.outcome == Outcome::kOk &&
      (roofline == 0 || unscheduled == 0)) {
    return Invalid(absl::StrCat("outcome ok needs reference times > 0: roofline ",
                                roofline, ", unscheduled ", unscheduled));
  }
  return absl::OkStatus();
}

absl::Status CheckEnd(const Trajectory& trajectory) {
  const size_t last = trajectory.steps.size() - 1;
  for (size_t i = 0; i < last; ++i) {
    if (IsTerminal(trajectory.steps[i].action.kind)) {
      return Invalid(absl::StrCat("step ", i, " of ", last + 1, " is terminal"));
    }
  }
  if (trajectory.measurement.outcome == Outcome::kOk &&
      !IsTerminal(trajectory.steps[last].action.kind)) {
    return Invalid("outcome ok without a terminal action");
  }
  return absl::OkStatus();
}

}  // namespace

bool IsProgramName(const std::string& name) {
  return !name.empty() && name.size() <= static_cast<size_t>(kMaxProgramNameBytes) &&
         name[0] != '.' && std::all_of(name.begin(), name.end(), [](char c) {
           return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '_' ||
                  c == '-' || c == '.';
         });
}

v1::Step ToProto(const Step& step) {
  v1::Step proto;
  *proto.mutable_observation() = ToProto(step.observation);
  *proto.mutable_action() = ToProto(step.action);
  proto.set_log_probability(step.log_probability);
  proto.set_value(step.value);
  proto.set_reward(step.reward);
  return proto;
}

absl::StatusOr<Step> FromProto(const v1::Step& proto) {
  if (absl::Status status = CheckNumbers(proto); !status.ok()) return status;
  absl::StatusOr<Observation> observation = FromProto(proto.observation());
  if (!observation.ok()) return observation.status();
  absl::StatusOr<Action> action = FromProto(proto.action());
  if (!action.ok()) return action.status();
  absl::Status legal = CheckLegal(observation->mask, *action);
  if (!legal.ok()) return legal;
  Step step;
  step.observation = *std::move(observation);
  step.action = *std::move(action);
  step.log_probability = proto.log_probability();
  step.value = proto.value();
  step.reward = proto.reward();
  return step;
}

v1::Trajectory ToProto(const Trajectory& trajectory) {
  v1::Trajectory proto;
  proto.set_sequence(trajectory.sequence);
  proto.set_weights_version(trajectory.weights_version);
  proto.set_program(trajectory.program);
  for (const Step& step : trajectory.steps) *proto.add_steps() = ToProto(step);
  *proto.mutable_measurement() = ToProto(trajectory.measurement);
  proto.set_roofline_seconds(trajectory.roofline_seconds);
  proto.set_unscheduled_seconds(trajectory.unscheduled_seconds);
  proto.set_episode_seconds(trajectory.episode_seconds);
  proto.set_schedule_module(trajectory.schedule_module);
  proto.set_worker_restarts(trajectory.worker_restarts);
  return proto;
}

absl::StatusOr<Trajectory> FromProto(const v1::Trajectory& proto) {
  if (absl::Status status = CheckHeader(proto); !status.ok()) return status;
  Trajectory trajectory;
  trajectory.sequence = proto.sequence();
  trajectory.weights_version = proto.weights_version();
  trajectory.program = proto.program();
  for (int i = 0; i < proto.steps_size(); ++i) {
    absl::StatusOr<Step> step = FromProto(proto.steps(i));
    if (!step.ok()) {
      return Invalid(absl::StrCat("step ", i, ": ", step.status().message()));
    }
    trajectory.steps.push_back(*std::move(step));
  }
  absl::StatusOr<Measurement> measurement = FromProto(proto.measurement());
  if (!measurement.ok()) return measurement.status();
  trajectory.measurement = *std::move(measurement);
  trajectory.roofline_seconds = proto.roofline_seconds();
  trajectory.unscheduled_seconds = proto.unscheduled_seconds();
  trajectory.episode_seconds = proto.episode_seconds();
  trajectory.schedule_module = proto.schedule_module();
  trajectory.worker_restarts = proto.worker_restarts();
  if (absl::Status status = CheckTimes(trajectory); !status.ok()) return status;
  if (absl::Status status = CheckEnd(trajectory); !status.ok()) return status;
  return trajectory;
}

}  // namespace weft
