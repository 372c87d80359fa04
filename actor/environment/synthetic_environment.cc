#include "actor/environment/synthetic_environment.h"

#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "actor/environment/synthetic_episode.h"

namespace weft {
namespace {

absl::StatusOr<const SyntheticProgram*> Find(const std::string& name) {
  for (const SyntheticProgram& program : SyntheticPrograms()) {
    if (program.name == name) return &program;
  }
  return absl::NotFoundError(absl::StrCat(
      "no synthetic program \"", name,
      "\"; there are: ", absl::StrJoin(SyntheticEnvironment::Programs(), ", ")));
}

}  // namespace

SyntheticEnvironment::SyntheticEnvironment(const SyntheticEnvironmentOptions& options)
    : options_(options), machine_(SyntheticMachine(options.seed)) {}

std::vector<std::string> SyntheticEnvironment::Programs() {
  std::vector<std::string> names;
  for (const SyntheticProgram& program : SyntheticPrograms()) {
    names.push_back(program.name);
  }
  return names;
}

absl::StatusOr<Observation> SyntheticEnvironment::Reset(const std::string& program) {
  const absl::StatusOr<const SyntheticProgram*> found = Find(program);
  if (!found.ok()) return found.status();
  program_ = *found;
  nest_ = Untransformed(*program_);
  history_.clear();
  Observation observation = Observe(*program_, machine_, nest_, history_);
  mask_ = observation.mask;
  return observation;
}

absl::StatusOr<Observation> SyntheticEnvironment::Apply(const Action& action) {
  if (program_ == nullptr || mask_.kinds == 0) {
    return absl::FailedPreconditionError("Apply without an unfinished episode");
  }
  const absl::Status legal = CheckLegal(mask_, action);
  if (!legal.ok()) return legal;
  ApplyToNest(action, &nest_);
  history_.push_back(action);
  Observation observation = Observe(*program_, machine_, nest_, history_);
  mask_ = observation.mask;
  return observation;
}

absl::StatusOr<EpisodeResult> SyntheticEnvironment::Finish() {
  if (program_ == nullptr || mask_.kinds != 0) {
    return absl::FailedPreconditionError("Finish before a terminal action");
  }
  absl::SleepFor(options_.episode_time);
  EpisodeResult result;
  result.measurement.seconds = SyntheticSeconds(*program_, machine_, nest_);
  result.measurement.samples = {result.measurement.seconds};
  result.measurement.timing_seconds = absl::ToDoubleSeconds(options_.episode_time);
  result.roofline_seconds =
      RooflineSeconds(program_->flops(), program_->bytes(), machine_, /*threads=*/1);
  result.unscheduled_seconds =
      SyntheticSeconds(*program_, machine_, Untransformed(*program_));
  result.reward = std::log(result.roofline_seconds / result.measurement.seconds);
  program_ = nullptr;
  return result;
}

absl::StatusOr<double> SyntheticEnvironment::OptimalReward(
    const std::string& program) const {
  const absl::StatusOr<const SyntheticProgram*> found = Find(program);
  if (!found.ok()) return found.status();
  const double roofline =
      RooflineSeconds((*found)->flops(), (*found)->bytes(), machine_, /*threads=*/1);
  return std::log(roofline / SearchExhaustively(**found, machine_).seconds);
}

absl::StatusOr<Schedule> SyntheticEnvironment::OptimalSchedule(
    const std::string& program) const {
  const absl::StatusOr<const SyntheticProgram*> found = Find(program);
  if (!found.ok()) return found.status();
  return SearchExhaustively(**found, machine_).schedule;
}

}  // namespace weft
