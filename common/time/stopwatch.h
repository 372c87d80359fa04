// Elapsed time.
#ifndef WEFT_COMMON_TIME_STOPWATCH_H_
#define WEFT_COMMON_TIME_STOPWATCH_H_

#include <chrono>

namespace weft {

// Runs from its construction, on the monotonic clock. Thread-compatible.
class Stopwatch {
 public:
  double seconds() const {
    return std::chrono::duration<double>(Clock::now() - start_).count();
  }

 private:
  using Clock = std::chrono::steady_clock;
  Clock::time_point start_ = Clock::now();
};

}  // namespace weft

#endif  // WEFT_COMMON_TIME_STOPWATCH_H_
