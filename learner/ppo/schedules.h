// What changes over a run, and the order in which an update visits its decisions.
#ifndef WEFT_LEARNER_PPO_SCHEDULES_H_
#define WEFT_LEARNER_PPO_SCHEDULES_H_

#include <cstdint>
#include <random>
#include <vector>

#include "absl/status/status.h"
#include "common/config/options.h"

namespace weft {

// INVALID_ARGUMENT naming the option, its bounds (those of a config) and its value.
absl::Status ValidatePpo(const PpoOptions& options);

// From `start` at update 0 to `end` at the last of `total` updates; `end` after that.
double LinearDecay(double start, double end, uint64_t update, int total);

// The decisions 0..count-1 in random order, cut into minibatches of `size`; what is
// left joins the last one, so none is smaller than `size` unless `count` is.
std::vector<std::vector<int>> Minibatches(int count, int size, std::mt19937_64& random);

}  // namespace weft

#endif  // WEFT_LEARNER_PPO_SCHEDULES_H_
