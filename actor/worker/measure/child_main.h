// The child's side of RunLimited.
#ifndef WEFT_ACTOR_WORKER_MEASURE_CHILD_MAIN_H_
#define WEFT_ACTOR_WORKER_MEASURE_CHILD_MAIN_H_

#include <sys/types.h>

#include <functional>

#include "actor/worker/measure/run_limited.h"

namespace weft {

// The exit status of a child whose allocation failed; unlike those of shells and tools.
inline constexpr int kOutOfMemoryExitStatus = 97;
// Could not set itself up.
inline constexpr int kSetupFailedExitStatus = 98;

// What precedes each message on the pipe: a tag and the length of what follows.
struct ChildMessageHeader {
  char tag;  // 'p': one byte, the phase. 'r': the result.
  uint32_t size;
};

// Sets the limits, runs `body` and exits. Writes to `channel` and stderr to `errors`.
[[noreturn]] void ChildMain(pid_t parent, int channel, int errors,
                            const ChildLimits& limits,
                            const std::function<void(ChildChannel&)>& body);

}  // namespace weft

#endif  // WEFT_ACTOR_WORKER_MEASURE_CHILD_MAIN_H_
