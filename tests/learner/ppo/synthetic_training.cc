#include "tests/learner/ppo/synthetic_training.h"

#include <string>
#include <utility>

#include "actor/rollout/episode.h"
#include "common/policy/torch_threads.h"

namespace weft {

std::vector<Trajectory> PlayEpisodes(const Policy& policy, uint64_t environment_seed,
                                     int count, std::mt19937_64& random) {
  SyntheticEnvironment environment({environment_seed, absl::ZeroDuration()});
  const std::vector<std::string> programs = SyntheticEnvironment::Programs();
  std::vector<Trajectory> episodes;
  for (int i = 0; i < count; ++i) {
    // value() throws, and so fails the test, on an error.
    episodes.push_back(RunEpisode(environment, policy,
                                  programs[static_cast<size_t>(i) % programs.size()],
                                  random)
                           .value());
  }
  return episodes;
}

double MeanReward(const Policy& policy, uint64_t environment_seed, Selection selection,
                  int repetitions, std::mt19937_64& random) {
  SyntheticEnvironment environment({environment_seed, absl::ZeroDuration()});
  const std::vector<std::string> programs = SyntheticEnvironment::Programs();
  double total = 0;
  for (const std::string& program : programs) {
    for (int i = 0; i < repetitions; ++i) {
      total += RunEpisode(environment, policy, program, random, selection)
                   .value()
                   .total_reward();
    }
  }
  return total / (static_cast<double>(programs.size()) * repetitions);
}

SyntheticTraining::SyntheticTraining(const PolicyOptions& policy, const PpoOptions& ppo,
                                     int total_updates, uint64_t seed)
    : seed_(seed), random_(seed) {
  SetTorchThreads(1);
  learner_ = PpoLearner::Create(policy, ppo, "cpu", total_updates, seed).value();
  policy_ = TorchPolicy::Create(policy).value();
  Publish();
}

UpdateStats SyntheticTraining::Iterate(int episodes) {
  const UpdateStats stats =
      learner_->Update(PlayEpisodes(*policy_, seed_, episodes, random_)).value();
  Publish();
  return stats;
}

void SyntheticTraining::Restore(const std::string& state,
                                const std::mt19937_64& random) {
  const absl::Status restored = learner_->RestoreState(state);
  if (!restored.ok()) throw std::runtime_error(restored.ToString());
  random_ = random;
  Publish();
}

void SyntheticTraining::Publish() {
  const absl::Status loaded =
      policy_->LoadWeights(learner_->SerializeWeights().value(), learner_->version());
  if (!loaded.ok()) throw std::runtime_error(loaded.ToString());
}

}  // namespace weft
