// The best schedule that long searches find where measuring costs nothing.
#ifndef WEFT_ACTOR_SEARCH_BEST_KNOWN_H_
#define WEFT_ACTOR_SEARCH_BEST_KNOWN_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "actor/search/search.h"

namespace weft {

struct BestKnownOptions {
  int searches = 4;   // Of different seeds.
  int budget = 3000;  // Schedules of each.
  uint64_t seed = 1;
  InformedPolicyOptions informed;  // Its machine and threads.
};

// The fastest schedule of `searches` evolutionary searches: what stands in for the
// optimum of an environment whose schedules are too many to try them all. Deterministic
// where the environment is. The errors are those of RunSearch, and NOT_FOUND when no
// schedule was OK.
absl::StatusOr<Trial> FindBestKnown(const std::string& program,
                                    const EnvironmentFactory& factory,
                                    const BestKnownOptions& options);

}  // namespace weft

#endif  // WEFT_ACTOR_SEARCH_BEST_KNOWN_H_
