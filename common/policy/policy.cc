#include "common/policy/policy.h"

namespace weft {

std::vector<Decision> Policy::DecideAll(
    const std::vector<const Observation*>& observations, Selection selection,
    std::mt19937_64& random) const {
  std::vector<Decision> decisions;
  decisions.reserve(observations.size());
  for (const Observation* observation : observations) {
    decisions.push_back(Decide(*observation, selection, random));
  }
  return decisions;
}

}  // namespace weft
