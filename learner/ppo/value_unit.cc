#include "learner/ppo/value_unit.h"

#include <algorithm>

#include "learner/ppo/advantages.h"

namespace weft {
namespace {

// How much one update moves the unit in which the critic works.
constexpr double kValueUnitMomentum = 0.1;

}  // namespace

void AdaptValueUnit(const PpoOptions& options, bool first, PolicyNetwork& network,
                    Experience* experience) {
  if (options.return_normalization == "none") return;
  const Moments moments = MomentsOf(experience->returns);
  const double spread = std::max(moments.standard_deviation, kSmallestSpread);
  const double old = first ? 0 : 1 - kValueUnitMomentum;
  const double old_shift = network.value_shift(), old_scale = network.value_scale();
  const bool keeps_values = options.return_normalization == "popart";
  network.SetValueUnit(old * old_shift + (1 - old) * moments.mean,
                       old * old_scale + (1 - old) * spread, keeps_values);
  if (keeps_values) return;
  for (double& value : experience->values) {
    value =
        (value - old_shift) / old_scale * network.value_scale() + network.value_shift();
  }
}

}  // namespace weft
