#include "actor/rollout/episode.h"

#include <chrono>
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

// Lets the policy act until a terminal action has been applied.
absl::StatusOr<std::vector<Step>> Play(Environment& environment, const Policy& policy,
                                       const std::string& program,
                                       std::mt19937_64& random, Selection selection) {
  absl::StatusOr<Observation> observation = environment.Reset(program);
  if (!observation.ok()) return observation.status();
  std::vector<Step> steps;
  // One more than kMaxActions: the forced stop after a failed last action.
  while (steps.size() <= static_cast<size_t>(kMaxActions)) {
    if (steps.size() == static_cast<size_t>(kMaxActions) &&
        observation->mask.kinds != kOnlyStop) {
      break;
    }
    if (observation->mask.kinds == 0) {
      return absl::InternalError(
          absl::StrCat("program ", program, ": no legal action after step ",
                       steps.size(), " of an unfinished episode"));
    }
    Decision decision = policy.Decide(*observation, selection, random);
    absl::StatusOr<Observation> next = environment.Apply(decision.action);
    if (!next.ok()) return next.status();
    steps.push_back(Record(*std::move(observation), std::move(decision)));
    if (IsTerminal(steps.back().action.kind)) return steps;
    observation = std::move(next);
  }
  return absl::InternalError(absl::StrCat("program ", program,
                                          ": the environment offered more than ",
                                          kMaxActions, " actions"));
}

}  // namespace

absl::StatusOr<Trajectory> RunEpisode(Environment& environment, const Policy& policy,
                                      const std::string& program,
                                      std::mt19937_64& random, Selection selection) {
  const auto start = std::chrono::steady_clock::now();
  const uint32_t restarts_before = environment.worker_restarts();
  Trajectory trajectory;
  trajectory.program = program;
  trajectory.weights_version = policy.version();
  absl::StatusOr<std::vector<Step>> steps =
      Play(environment, policy, program, random, selection);
  if (!steps.ok()) return steps.status();
  absl::StatusOr<EpisodeResult> result = environment.Finish();
  if (!result.ok()) return result.status();

  // A stop that was the only choice is a decision only where nothing had failed: there
  // it completes the schedule.
  const bool failed = result->measurement.outcome != Outcome::kOk;
  if (failed && steps->size() > 1 &&
      steps->back().observation.mask.kinds == kOnlyStop) {
    steps->pop_back();
  }
  steps->back().reward = static_cast<float>(result->reward);
  trajectory.steps = *std::move(steps);
  trajectory.measurement = std::move(result->measurement);
  trajectory.roofline_seconds = result->roofline_seconds;
  trajectory.unscheduled_seconds = result->unscheduled_seconds;
  trajectory.schedule_module = std::move(result->schedule_module);
  trajectory.worker_restarts = environment.worker_restarts() - restarts_before;
  trajectory.episode_seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return trajectory;
}

}  // namespace weft
