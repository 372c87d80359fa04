#include "learner/local/local_training.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "actor/rollout/episode.h"

namespace weft {

LocalTraining::LocalTraining(const LocalTrainingOptions& options,
                             std::vector<Environment*> environments,
                             std::vector<std::string> programs)
    : options_(options),
      environments_(std::move(environments)),
      programs_(std::move(programs)),
      random_(options.seed) {}

absl::StatusOr<std::unique_ptr<LocalTraining>> LocalTraining::Create(
    const LocalTrainingOptions& options, std::vector<Environment*> environments,
    std::vector<std::string> programs) {
  if (programs.empty()) return absl::InvalidArgumentError("training on no program");
  if (environments.empty()) {
    return absl::InvalidArgumentError("training in no environment");
  }
  std::unique_ptr<LocalTraining> training(
      new LocalTraining(options, std::move(environments), std::move(programs)));
  absl::StatusOr<std::unique_ptr<PpoLearner>> learner = PpoLearner::Create(
      options.policy, options.ppo, options.device, options.total_updates, options.seed);
  if (!learner.ok()) return learner.status();
  training->learner_ = *std::move(learner);
  const absl::Status published = training->PublishNewest();
  if (!published.ok()) return published;
  return training;
}

absl::Status LocalTraining::Publish(std::string weights, uint64_t version) {
  ActingPolicy acting;
  if (policies_.size() > static_cast<size_t>(options_.staleness)) {
    // Making a policy takes longer than giving the oldest one new weights.
    acting = std::move(policies_.front());
    policies_.pop_front();
  } else {
    absl::StatusOr<std::unique_ptr<TorchPolicy>> policy =
        TorchPolicy::Create(options_.policy);
    if (!policy.ok()) return policy.status();
    acting.policy = *std::move(policy);
  }
  acting.weights = std::move(weights);
  policies_.push_back(std::move(acting));
  return policies_.back().policy->LoadWeights(policies_.back().weights, version);
}

absl::Status LocalTraining::PublishNewest() {
  absl::StatusOr<std::string> weights = learner_->SerializeWeights();
  if (!weights.ok()) return weights.status();
  return Publish(*std::move(weights), learner_->version());
}

absl::StatusOr<std::vector<Trajectory>> LocalTraining::PlayWith(const Policy& policy,
                                                                int episodes,
                                                                Selection selection) {
  std::vector<Trajectory> played;
  while (played.size() < static_cast<size_t>(episodes)) {
    const size_t wave =
        std::min(environments_.size(), static_cast<size_t>(episodes) - played.size());
    std::vector<std::string> programs;
    for (size_t i = 0; i < wave; ++i) {
      programs.push_back(programs_[(played.size() + i) % programs_.size()]);
    }
    absl::StatusOr<std::vector<Trajectory>> trajectories =
        RunEpisodes(environments_, policy, programs, random_, selection);
    if (!trajectories.ok()) return trajectories.status();
    std::move(trajectories->begin(), trajectories->end(), std::back_inserter(played));
  }
  return played;
}

absl::StatusOr<UpdateStats> LocalTraining::Iterate(int episodes) {
  const absl::StatusOr<std::vector<Trajectory>> played =
      PlayWith(*policies_.front().policy, episodes, Selection::kSample);
  if (!played.ok()) return played.status();
  double log_probability = 0;
  uint64_t decisions = 0;
  for (const Trajectory& episode : *played) {
    decisions += episode.steps.size();
    for (const Step& step : episode.steps) log_probability += step.log_probability;
  }
  steps_ += decisions;
  surprisal_ = -log_probability / static_cast<double>(std::max<uint64_t>(decisions, 1));
  absl::StatusOr<UpdateStats> stats = learner_->Update(*played);
  if (!stats.ok()) return stats.status();
  const absl::Status published = PublishNewest();
  if (!published.ok()) return published;
  return stats;
}

absl::StatusOr<std::vector<Trajectory>> LocalTraining::Play(int episodes,
                                                            Selection selection) {
  return PlayWith(policy(), episodes, selection);
}

absl::StatusOr<double> LocalTraining::MeanReward(Selection selection, int repetitions) {
  return weft::MeanReward(*environments_.front(), policy(), programs_, selection,
                          repetitions, random_);
}

absl::StatusOr<double> MeanReward(Environment& environment, const Policy& policy,
                                  const std::vector<std::string>& programs,
                                  Selection selection, int repetitions,
                                  std::mt19937_64& random) {
  double total = 0;
  for (const std::string& program : programs) {
    for (int i = 0; i < repetitions; ++i) {
      const absl::StatusOr<Trajectory> episode =
          RunEpisode(environment, policy, program, random, selection);
      if (!episode.ok()) return episode.status();
      total += episode->total_reward();
    }
  }
  return total / (static_cast<double>(programs.size()) * repetitions);
}

}  // namespace weft
