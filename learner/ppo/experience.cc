#include "learner/ppo/experience.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/strings/str_cat.h"
#include "learner/ppo/adaptive_coefficients.h"
#include "learner/ppo/advantages.h"
#include "learner/ppo/vtrace.h"

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

absl::Status Add(const Step& step, double reward_scale, Experience* experience) {
  const absl::Status valid = CheckObservation(step.observation);
  if (!valid.ok()) return valid;
  absl::StatusOr<ActionParts> parts = Decompose(step.observation.mask, step.action);
  if (!parts.ok()) return parts.status();
  experience->observations.push_back(&step.observation);
  experience->largest_entropies.push_back(LargestEntropy(*parts));
  experience->actions.push_back(*std::move(parts));
  experience->rewards.push_back(step.reward / reward_scale);
  experience->acting_log_probabilities.push_back(step.log_probability);
  experience->values.push_back(step.value);
  return absl::OkStatus();
}

absl::Status Located(const absl::Status& status, const Trajectory& episode,
                     size_t step) {
  return absl::Status(
      status.code(),
      absl::StrCat("episode of ", episode.program, ", sequence ", episode.sequence,
                   ", step ", step, ": ", status.message()));
}

// Ratios pi/mu of all decisions: exactly 1 where mu is pi.
absl::StatusOr<std::vector<double>> Ratios(const Experience& experience) {
  std::vector<double> ratios(experience.size(), 1.0);
  for (int i : experience.stale) {
    const double log_ratio =
        static_cast<double>(experience.proximal_log_probabilities[i]) -
        experience.acting_log_probabilities[i];
    if (!std::isfinite(log_ratio)) {
      return absl::InternalError(
          absl::StrCat("decision ", i, ": the acting log-probability is ",
                       experience.acting_log_probabilities[i], ", the learner's ",
                       experience.proximal_log_probabilities[i]));
    }
    ratios[i] = std::exp(log_ratio);
  }
  return ratios;
}

std::vector<double> Slice(const std::vector<double>& values, int begin, int end) {
  return std::vector<double>(values.begin() + begin, values.begin() + end);
}

void Append(const std::vector<double>& values, std::vector<double>* all) {
  all->insert(all->end(), values.begin(), values.end());
}

}  // namespace

absl::StatusOr<Experience> GatherExperience(const std::vector<Trajectory>& episodes,
                                            uint64_t version, double reward_scale) {
  if (episodes.empty()) return absl::InvalidArgumentError("an update without episodes");
  Experience experience;
  const auto count = static_cast<double>(episodes.size());
  for (const Trajectory& episode : episodes) {
    if (episode.steps.empty()) {
      return Located(absl::InvalidArgumentError("an episode without steps"), episode,
                     0);
    }
    experience.episodes.push_back(experience.size());
    for (size_t i = 0; i < episode.steps.size(); ++i) {
      const absl::Status added = Add(episode.steps[i], reward_scale, &experience);
      if (!added.ok()) return Located(added, episode, i);
      if (episode.weights_version != version) {
        experience.stale.push_back(experience.size() - 1);
      }
    }
    experience.mean_reward += episode.total_reward() / count;
    experience.mean_staleness +=
        (static_cast<double>(version) - static_cast<double>(episode.weights_version)) /
        count;
  }
  experience.episodes.push_back(experience.size());
  experience.proximal_log_probabilities = experience.acting_log_probabilities;
  return experience;
}

absl::Status EstimateTargets(const PpoOptions& options, Experience* experience) {
  const bool corrects = options.off_policy_correction == "vtrace";
  std::vector<double> ratios;
  if (corrects) {
    absl::StatusOr<std::vector<double>> computed = Ratios(*experience);
    if (!computed.ok()) return computed.status();
    ratios = *std::move(computed);
  }
  experience->weights.assign(experience->size(), 1.0F);
  for (size_t i = 0; i < ratios.size(); ++i) {
    experience->weights[i] =
        static_cast<float>(std::min(options.vtrace_rho, ratios[i]));
  }
  experience->advantages.clear();
  experience->returns.clear();
  for (size_t i = 0; i + 1 < experience->episodes.size(); ++i) {
    const int begin = experience->episodes[i];
    const int end = experience->episodes[i + 1];
    const std::vector<double> rewards = Slice(experience->rewards, begin, end);
    const std::vector<double> values = Slice(experience->values, begin, end);
    const Advantages estimate =
        corrects
            ? VtraceAdvantages(rewards, values, Slice(ratios, begin, end),
                               {options.discount, options.gae_lambda,
                                options.vtrace_rho, options.vtrace_c})
            : EstimateAdvantages(rewards, values, options.discount, options.gae_lambda);
    Append(estimate.advantages, &experience->advantages);
    Append(estimate.returns, &experience->returns);
  }
  Normalize(&experience->advantages);
  return absl::OkStatus();
}

Minibatch MakeMinibatch(const Experience& experience,
                        const std::vector<int>& decisions) {
  Minibatch batch;
  std::vector<const Observation*> observations;
  std::vector<const ActionParts*> actions;
  for (int i : decisions) {
    observations.push_back(experience.observations[i]);
    actions.push_back(&experience.actions[i]);
    batch.proximal_log_probabilities.push_back(
        experience.proximal_log_probabilities[i]);
    batch.weights.push_back(experience.weights[i]);
    batch.values.push_back(static_cast<float>(experience.values[i]));
    batch.advantages.push_back(static_cast<float>(experience.advantages[i]));
    batch.returns.push_back(static_cast<float>(experience.returns[i]));
  }
  batch.tokens = BatchTokens(observations);
  batch.parts = BatchParts(actions);
  return batch;
}

}  // namespace weft
