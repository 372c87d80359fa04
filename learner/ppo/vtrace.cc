#include "learner/ppo/vtrace.h"

#include <algorithm>

namespace weft {

Advantages VtraceAdvantages(const std::vector<double>& rewards,
                            const std::vector<double>& values,
                            const std::vector<double>& ratios,
                            const VtraceOptions& options) {
  Advantages result;
  result.advantages.resize(rewards.size());
  result.returns.resize(rewards.size());
  double next_value = 0;
  double next_correction = 0;  // v - V of the decision after this one.
  for (size_t s = rewards.size(); s-- > 0;) {
    const double rho = std::min(options.rho, ratios[s]);
    const double c = options.lambda * std::min(options.c, ratios[s]);
    const double delta = rewards[s] + options.discount * next_value - values[s];
    result.advantages[s] = delta + options.discount * options.lambda * next_correction;
    next_correction = rho * delta + options.discount * c * next_correction;
    next_value = values[s];
    result.returns[s] = next_correction + values[s];
  }
  return result;
}

}  // namespace weft
