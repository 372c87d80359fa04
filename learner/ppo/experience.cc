#include "learner/ppo/experience.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "learner/ppo/advantages.h"

namespace weft {
namespace {

absl::Status CheckObservation(const Observation& observation) {
  const int tokens = observation.num_tokens();
  if (tokens < 1 || tokens > kMaxTokens) {
    return absl::InvalidArgumentError(
        absl::StrCat("expected 1 to ", kMaxTokens, " tokens, got ", tokens));
  }
  const size_t expected = static_cast<size_t>(tokens) * kTokenWidth;
  if (observation.features.size() != expected) {
    return absl::InvalidArgumentError(absl::StrCat(
        "expected ", expected, " features, got ", observation.features.size()));
  }
  for (TokenKind kind : observation.kinds) {
    if (static_cast<int>(kind) >= kNumTokenKinds) {
      return absl::InvalidArgumentError(
          absl::StrCat("unknown token kind ", static_cast<int>(kind)));
    }
  }
  return absl::OkStatus();
}

absl::Status Add(const Step& step, Experience* experience) {
  const absl::Status valid = CheckObservation(step.observation);
  if (!valid.ok()) return valid;
  absl::StatusOr<ActionParts> parts = Decompose(step.observation.mask, step.action);
  if (!parts.ok()) return parts.status();
  experience->observations.push_back(&step.observation);
  experience->actions.push_back(*std::move(parts));
  experience->acting_log_probabilities.push_back(step.log_probability);
  experience->acting_values.push_back(step.value);
  return absl::OkStatus();
}

absl::Status Located(const absl::Status& status, const Trajectory& episode,
                     size_t step) {
  return absl::Status(
      status.code(),
      absl::StrCat("episode of ", episode.program, ", sequence ", episode.sequence,
                   ", step ", step, ": ", status.message()));
}

}  // namespace

absl::StatusOr<Experience> GatherExperience(const std::vector<Trajectory>& episodes,
                                            const PpoOptions& options,
                                            uint64_t version) {
  if (episodes.empty()) return absl::InvalidArgumentError("an update without episodes");
  Experience experience;
  const auto count = static_cast<double>(episodes.size());
  for (const Trajectory& episode : episodes) {
    if (episode.steps.empty()) {
      return Located(absl::InvalidArgumentError("an episode without steps"), episode,
                     0);
    }
    for (size_t i = 0; i < episode.steps.size(); ++i) {
      const absl::Status added = Add(episode.steps[i], &experience);
      if (!added.ok()) return Located(added, episode, i);
    }
    const Advantages estimate =
        EstimateAdvantages(episode.steps, options.discount, options.gae_lambda);
    experience.advantages.insert(experience.advantages.end(),
                                 estimate.advantages.begin(),
                                 estimate.advantages.end());
    experience.returns.insert(experience.returns.end(), estimate.returns.begin(),
                              estimate.returns.end());
    experience.mean_reward += episode.total_reward() / count;
    experience.mean_staleness +=
        (static_cast<double>(version) - static_cast<double>(episode.weights_version)) /
        count;
  }
  Normalize(&experience.advantages);
  return experience;
}

Minibatch MakeMinibatch(const Experience& experience,
                        const std::vector<int>& decisions) {
  Minibatch batch;
  std::vector<const Observation*> observations;
  std::vector<const ActionParts*> actions;
  for (int i : decisions) {
    observations.push_back(experience.observations[i]);
    actions.push_back(&experience.actions[i]);
    batch.acting_log_probabilities.push_back(experience.acting_log_probabilities[i]);
    batch.advantages.push_back(static_cast<float>(experience.advantages[i]));
    batch.returns.push_back(static_cast<float>(experience.returns[i]));
  }
  batch.tokens = BatchTokens(observations);
  batch.parts = BatchParts(actions);
  return batch;
}

}  // namespace weft
