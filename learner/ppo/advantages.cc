#include "learner/ppo/advantages.h"

#include <algorithm>
#include <cmath>

namespace weft {

Advantages EstimateAdvantages(const std::vector<double>& rewards,
                              const std::vector<double>& values, double discount,
                              double lambda) {
  Advantages result;
  result.advantages.resize(rewards.size());
  result.returns.resize(rewards.size());
  double next_value = 0;
  double next_advantage = 0;
  for (size_t i = rewards.size(); i-- > 0;) {
    const double error = rewards[i] + discount * next_value - values[i];
    next_advantage = error + discount * lambda * next_advantage;
    next_value = values[i];
    result.advantages[i] = next_advantage;
    result.returns[i] = next_advantage + values[i];
  }
  return result;
}

Moments MomentsOf(const std::vector<double>& values) {
  Moments moments;
  if (values.empty()) return moments;
  const auto count = static_cast<double>(values.size());
  for (double value : values) moments.mean += value / count;
  double variance = 0;
  for (double value : values) {
    variance += (value - moments.mean) * (value - moments.mean) / count;
  }
  moments.standard_deviation = std::sqrt(variance);
  return moments;
}

void Normalize(std::vector<double>* values) {
  const Moments moments = MomentsOf(*values);
  for (double& value : *values) {
    // The small constant keeps rounding errors of equal values from becoming signals.
    value = (value - moments.mean) / (moments.standard_deviation + 1e-6);
  }
}

double ExplainedVariance(const std::vector<double>& predictions,
                         const std::vector<double>& targets) {
  std::vector<double> errors(targets.size());
  for (size_t i = 0; i < targets.size(); ++i) errors[i] = targets[i] - predictions[i];
  const Moments of_targets = MomentsOf(targets);
  const double spread = of_targets.standard_deviation;
  const double rest = MomentsOf(errors).standard_deviation;
  // Equal targets have a spread of rounding errors.
  if (spread <= 1e-6 * std::max(1.0, std::abs(of_targets.mean))) return 0;
  return 1 - rest * rest / (spread * spread);
}

}  // namespace weft
