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

// The learning rate of an update (0 is the first) of a run of `total`: a linear rise
// over options.warmup_updates, then options.learning_rate_schedule down to its final
// ratio at the last update. The cosine is that of Loshchilov and Hutter 2016,
// arXiv:1608.03983, without restarts.
double LearningRate(const PpoOptions& options, uint64_t update, int total);

// From `start` at update 0 to `end` at the last of `total` updates; `end` after that.
double LinearDecay(double start, double end, uint64_t update, int total);

// The decisions 0..count-1 in random order, cut into minibatches of `size`; what is
// left joins the last one, so none is smaller than `size` unless `count` is.
std::vector<std::vector<int>> Minibatches(int count, int size, std::mt19937_64& random);

// Whole episodes in random order, cut into minibatches of at least `size` decisions;
// what is left joins the last one. Episode i has the decisions [firsts[i],
// firsts[i + 1]).
std::vector<std::vector<int>> EpisodeMinibatches(const std::vector<int>& firsts,
                                                 int size, std::mt19937_64& random);

}  // namespace weft

#endif  // WEFT_LEARNER_PPO_SCHEDULES_H_
