// Says in the log when the policy's entropy collapses and when it is back.
#ifndef WEFT_LEARNER_SERVING_ENTROPY_WATCH_H_
#define WEFT_LEARNER_SERVING_ENTROPY_WATCH_H_

#include <cstdint>

#include "learner/ppo/ppo_learner.h"

namespace weft {

// Once for each, and not in every iteration between. Not thread-safe.
class EntropyWatch {
 public:
  // `alarm`: ppo.entropy_alarm, for the text.
  explicit EntropyWatch(double alarm) : alarm_(alarm) {}

  void Look(uint64_t iteration, const UpdateStats& update);

 private:
  const double alarm_;
  bool collapsed_ = false;
};

}  // namespace weft

#endif  // WEFT_LEARNER_SERVING_ENTROPY_WATCH_H_
