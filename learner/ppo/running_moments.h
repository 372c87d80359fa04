// Mean and spread of everything seen so far.
#ifndef WEFT_LEARNER_PPO_RUNNING_MOMENTS_H_
#define WEFT_LEARNER_PPO_RUNNING_MOMENTS_H_

#include <cmath>
#include <cstdint>

namespace weft {

// Welford 1962, "Note on a method for calculating corrected sums of squares and
// products": one pass, without the cancellation of a sum of squares. Not thread-safe.
struct RunningMoments {
  int64_t count = 0;
  double mean = 0;
  double squares = 0;  // Sum of squared distances from the mean.

  void Add(double value) {
    ++count;
    const double distance = value - mean;
    mean += distance / static_cast<double>(count);
    squares += distance * (value - mean);
  }

  // Of the population; 0 before the second value.
  double standard_deviation() const {
    return count > 1 ? std::sqrt(squares / static_cast<double>(count)) : 0;
  }
};

}  // namespace weft

#endif  // WEFT_LEARNER_PPO_RUNNING_MOMENTS_H_
