#include "learner/serving/iteration_record.h"

#include <algorithm>
#include <cmath>

#include "learner/checkpoint/run_state.h"
#include "learner/validation/validation_round.h"
#include "nlohmann/json.hpp"

namespace weft {
namespace {

nlohmann::ordered_json UpdateJson(const UpdateStats& update) {
  return {{"entropy", update.entropy},
          {"entropy_share", update.entropy_share},
          {"entropy_collapsed", update.entropy_collapsed},
          {"entropy_coefficient", update.entropy_coefficient},
          {"kl", update.approximate_kl},
          {"kl_coefficient", update.kl_coefficient},
          {"learning_rate", update.learning_rate},
          {"clip_fraction", update.clip_fraction},
          {"policy_loss", update.policy_loss},
          {"value_loss", update.value_loss},
          {"gradient_norm", update.gradient_norm},
          {"explained_variance", update.explained_variance},
          {"staleness", update.mean_staleness},
          {"replayed", update.replayed},
          {"importance", update.mean_importance},
          {"epochs", update.epochs},
          {"decisions", update.decisions},
          {"update_seconds", update.seconds},
          {"proximal_seconds", update.proximal_seconds},
          {"torch_seconds", update.torch_seconds},
          {"build_seconds", update.build_seconds},
          {"wait_seconds", update.wait_seconds}};
}

}  // namespace

IterationRecord IterationRecord::Of(const std::vector<Trajectory>& episodes) {
  IterationRecord record;
  double log_speedups = 0;
  double rewards = 0;
  for (const Trajectory& episode : episodes) {
    ++record.episodes;
    record.env_steps += static_cast<int>(episode.steps.size());
    ++record.outcomes[static_cast<int>(episode.measurement.outcome)];
    rewards += episode.total_reward();
    if (WasTimed(episode.measurement)) ++record.measurements;
    log_speedups += LogSpeedup(episode.measurement.outcome, episode.unscheduled_seconds,
                               episode.measurement.seconds, episode.roofline_seconds,
                               episode.total_reward());
  }
  record.mean_reward = rewards / std::max(record.episodes, 1);
  record.mean_speedup = std::exp(log_speedups / std::max(record.episodes, 1));
  return record;
}

std::string IterationRecord::ToJson() const {
  nlohmann::ordered_json failures = nlohmann::ordered_json::object();
  for (int i = 0; i < kNumOutcomes; ++i) {
    if (outcomes[i] == 0 || static_cast<Outcome>(i) == Outcome::kOk) continue;
    failures[OutcomeName(static_cast<Outcome>(i))] = outcomes[i];
  }
  const double wall = std::max(seconds, 1e-9);
  nlohmann::ordered_json json = {{"iteration", iteration},
                                 {"environment", environment},
                                 {"seconds", seconds},
                                 {"elapsed_seconds", elapsed_seconds},
                                 {"episodes", episodes},
                                 {"mean_reward", mean_reward},
                                 {"mean_speedup", mean_speedup},
                                 {"best_geomean_speedup", best_geomean_speedup},
                                 {"weights_version", weights_version},
                                 {"failures", failures},
                                 {"episodes_per_second", episodes / wall},
                                 {"measurements_per_second", measurements / wall},
                                 {"env_steps_per_second", env_steps / wall},
                                 {"update_failed", update_failed}};
  if (!update_failed) json.update(UpdateJson(update));
  return json.dump();
}

}  // namespace weft
