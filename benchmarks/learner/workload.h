// What the learner's benchmarks learn from: real observations, random decisions.
#ifndef WEFT_BENCHMARKS_LEARNER_WORKLOAD_H_
#define WEFT_BENCHMARKS_LEARNER_WORKLOAD_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "common/schedule/trajectory.h"

namespace weft {

// Episodes of the random policy over the tasks of the cost-model environment in turn,
// with at least `decisions` decisions together.
absl::StatusOr<std::vector<Trajectory>> RandomEpisodes(int decisions, uint64_t seed);

int CountDecisions(const std::vector<Trajectory>& episodes);
int64_t CountTokens(const std::vector<Trajectory>& episodes);

}  // namespace weft

#endif  // WEFT_BENCHMARKS_LEARNER_WORKLOAD_H_
