#include "benchmarks/learner/workload.h"

#include <random>
#include <string>
#include <utility>

#include "actor/environment/cost_model/cost_model_environment.h"
#include "actor/environment/cost_model/tasks.h"
#include "actor/rollout/episode.h"

namespace weft {

absl::StatusOr<std::vector<Trajectory>> RandomEpisodes(int decisions, uint64_t seed) {
  CostModelEnvironment environment((CostModelOptions()));
  const RandomPolicy policy;
  std::mt19937_64 random(seed);
  const std::vector<std::string> tasks = CostModelTaskNames();
  std::vector<Trajectory> episodes;
  for (int played = 0; played < decisions;) {
    absl::StatusOr<Trajectory> episode =
        RunEpisode(environment, policy, tasks[episodes.size() % tasks.size()], random);
    if (!episode.ok()) return episode.status();
    played += static_cast<int>(episode->steps.size());
    episodes.push_back(*std::move(episode));
  }
  return episodes;
}

int CountDecisions(const std::vector<Trajectory>& episodes) {
  int decisions = 0;
  for (const Trajectory& episode : episodes) {
    decisions += static_cast<int>(episode.steps.size());
  }
  return decisions;
}

int64_t CountTokens(const std::vector<Trajectory>& episodes) {
  int64_t tokens = 0;
  for (const Trajectory& episode : episodes) {
    for (const Step& step : episode.steps) tokens += step.observation.num_tokens();
  }
  return tokens;
}

}  // namespace weft
