#include <cmath>

#include "actor/environment/environment.h"

namespace weft {

double Reward(const Measurement& measurement, double roofline_seconds,
              double failure_reward) {
  // A ratio without two positive finite times would be an infinite or undefined reward,
  // which one gradient step would spread to every weight.
  const bool usable = measurement.outcome == Outcome::kOk && measurement.seconds > 0 &&
                      std::isfinite(measurement.seconds) && roofline_seconds > 0 &&
                      std::isfinite(roofline_seconds);
  return usable ? std::log(roofline_seconds / measurement.seconds) : failure_reward;
}

}  // namespace weft
