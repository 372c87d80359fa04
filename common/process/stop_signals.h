// Ctrl-C and SIGTERM, for processes that end in an orderly way.
#ifndef WEFT_COMMON_PROCESS_STOP_SIGNALS_H_
#define WEFT_COMMON_PROCESS_STOP_SIGNALS_H_

#include "absl/time/time.h"

namespace weft {

enum class SecondSignal {
  kEndsTheProcess,  // For a command: whoever presses Ctrl-C twice means it.
  kIsNoted,
};

// From now on the first SIGINT or SIGTERM is only noted. Call once. A handler, and not
// a mask for one thread that waits: libraries start threads before main does, and those
// would take the signal with its default action.
void CatchStopSignals(SecondSignal second);

// Whether one was noted. Thread-safe.
bool StopRequested();

// The same, within `timeout`. Thread-safe.
bool WaitForStopRequest(absl::Duration timeout);

}  // namespace weft

#endif  // WEFT_COMMON_PROCESS_STOP_SIGNALS_H_
