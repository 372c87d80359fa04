#include "actor/rollout/episode.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace weft {
namespace {

constexpr uint32_t kOnlyStop = uint32_t{1} << static_cast<int>(ActionKind::kStop);

Step Record(Observation observation, Decision decision) {
  Step step;
  step.observation = std::move(observation);
  step.action = std::move(decision.action);
  step.log_probability = decision.log_probability;
  step.value = decision.value;
  return step;
}

}  // namespace

absl::StatusOr<EpisodePlay> EpisodePlay::Begin(Environment* environment,
                                               const std::string& program,
                                               uint64_t weights_version) {
  EpisodePlay play(environment);
  play.restarts_before_ = environment->worker_restarts();
  play.trajectory_.program = program;
  play.trajectory_.weights_version = weights_version;
  absl::StatusOr<Observation> observation = environment->Reset(program);
  if (!observation.ok()) return observation.status();
  play.observation_ = *std::move(observation);
  return play;
}

absl::StatusOr<const Observation*> EpisodePlay::Look() const {
  const size_t steps = trajectory_.steps.size();
  // One more than kMaxActions: the forced stop after a failed last action.
  if (steps > kMaxActions ||
      (steps == kMaxActions && observation_.mask.kinds != kOnlyStop)) {
    return absl::InternalError(absl::StrCat("program ", trajectory_.program,
                                            ": the environment offered more than ",
                                            kMaxActions, " actions"));
  }
  if (observation_.mask.kinds == 0) {
    return absl::InternalError(absl::StrCat("program ", trajectory_.program,
                                            ": no legal action after step ", steps,
                                            " of an unfinished episode"));
  }
  return &observation_;
}

absl::Status EpisodePlay::Act(Decision decision) {
  absl::StatusOr<Observation> next = environment_->Apply(decision.action);
  if (!next.ok()) return next.status();
  trajectory_.steps.push_back(Record(std::move(observation_), std::move(decision)));
  done_ = IsTerminal(trajectory_.steps.back().action.kind);
  observation_ = *std::move(next);
  return absl::OkStatus();
}

absl::StatusOr<Trajectory> EpisodePlay::Finish() {
  absl::StatusOr<EpisodeResult> result = environment_->Finish();
  if (!result.ok()) return result.status();
  std::vector<Step>& steps = trajectory_.steps;
  // A stop that was the only choice is a decision only where nothing had failed: there
  // it completes the schedule.
  const bool failed = result->measurement.outcome != Outcome::kOk;
  if (failed && steps.size() > 1 && steps.back().observation.mask.kinds == kOnlyStop) {
    steps.pop_back();
  }
  steps.back().reward = static_cast<float>(result->reward);
  trajectory_.measurement = std::move(result->measurement);
  trajectory_.roofline_seconds = result->roofline_seconds;
  trajectory_.unscheduled_seconds = result->unscheduled_seconds;
  trajectory_.schedule_module = std::move(result->schedule_module);
  trajectory_.worker_restarts = environment_->worker_restarts() - restarts_before_;
  trajectory_.episode_seconds = stopwatch_.seconds();
  return std::move(trajectory_);
}

absl::StatusOr<std::vector<Trajectory>> RunEpisodes(
    const std::vector<Environment*>& environments, const Policy& policy,
    const std::vector<std::string>& programs, std::mt19937_64& random,
    Selection selection) {
  std::vector<EpisodePlay> plays;
  for (size_t i = 0; i < programs.size(); ++i) {
    absl::StatusOr<EpisodePlay> play =
        EpisodePlay::Begin(environments[i], programs[i], policy.version());
    if (!play.ok()) return play.status();
    plays.push_back(*std::move(play));
  }
  while (true) {
    std::vector<EpisodePlay*> going;
    std::vector<const Observation*> observations;
    for (EpisodePlay& play : plays) {
      if (play.done()) continue;
      const absl::StatusOr<const Observation*> observation = play.Look();
      if (!observation.ok()) return observation.status();
      going.push_back(&play);
      observations.push_back(*observation);
    }
    if (going.empty()) break;
    std::vector<Decision> decisions = policy.DecideAll(observations, selection, random);
    for (size_t i = 0; i < going.size(); ++i) {
      const absl::Status acted = going[i]->Act(std::move(decisions[i]));
      if (!acted.ok()) return acted;
    }
  }
  std::vector<Trajectory> trajectories;
  for (EpisodePlay& play : plays) {
    absl::StatusOr<Trajectory> trajectory = play.Finish();
    if (!trajectory.ok()) return trajectory.status();
    trajectories.push_back(*std::move(trajectory));
  }
  return trajectories;
}

absl::StatusOr<Trajectory> RunEpisode(Environment& environment, const Policy& policy,
                                      const std::string& program,
                                      std::mt19937_64& random, Selection selection) {
  absl::StatusOr<std::vector<Trajectory>> episodes =
      RunEpisodes({&environment}, policy, {program}, random, selection);
  if (!episodes.ok()) return episodes.status();
  return std::move(episodes->front());
}

}  // namespace weft
