#include "learner/ppo/adaptive_coefficients.h"

#include <algorithm>
#include <cmath>

namespace weft {
namespace {

// A policy can lose half of its entropy in fifteen updates, and a slower answer comes
// when there is little gradient left to act on. So the coefficient doubles in each
// update (ln 2) while the entropy is a quarter or more below its target, and grows by
// less the nearer it is.
constexpr double kEntropyGain = 0.6931471805599453;
constexpr double kEntropySharpness = 4;
// Advantages have a spread of 1: beyond this the bonus would be all that is learnt.
constexpr double kLargestEntropyCoefficient = 1;
constexpr double kKlSlack = 1.5;
constexpr double kKlRange = 1024;

double LargestEntropy(const Part& part) {
  const int options = __builtin_popcount(part.legal);
  return options > 1 ? std::log(static_cast<double>(options)) : 0;
}

}  // namespace

double LargestEntropy(const ActionParts& action) {
  double entropy = LargestEntropy(action.kind);
  if (action.mode) entropy += LargestEntropy(*action.mode);
  for (const Part& part : action.sizes) entropy += LargestEntropy(part);
  for (const Part& part : action.order) entropy += LargestEntropy(part);
  return entropy;
}

double NextEntropyCoefficient(double coefficient, double scheduled,
                              double entropy_share, double target) {
  if (target <= 0) return 0;
  const double missing =
      std::clamp(kEntropySharpness * (target - entropy_share) / target, -1.0, 1.0);
  // A schedule that ends at 0 leaves something to multiply.
  const double base = std::max({coefficient, scheduled, 1e-6});
  const double next = base * std::exp(kEntropyGain * missing);
  return std::max(scheduled, std::min(next, kLargestEntropyCoefficient));
}

double NextKlCoefficient(double coefficient, double initial, double kl,
                         double target_kl) {
  if (initial <= 0) return 0;
  if (kl > kKlSlack * target_kl) coefficient *= 2;
  if (kl < target_kl / kKlSlack) coefficient /= 2;
  return std::clamp(coefficient, initial / kKlRange, initial * kKlRange);
}

}  // namespace weft
