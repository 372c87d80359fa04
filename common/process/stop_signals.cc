#include "common/process/stop_signals.h"

#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdint>

namespace weft {
namespace {

// Lock-free, so that a signal handler may use them.
std::atomic<bool> requested{false};
std::atomic<int> event{-1};  // Readable from the first signal on.

void Note(int) {
  const int saved = errno;
  requested = true;
  const uint64_t one = 1;
  const ssize_t ignored = write(event, &one, sizeof(one));
  (void)ignored;
  errno = saved;
}

}  // namespace

void CatchStopSignals(SecondSignal second) {
  event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  struct sigaction action = {};
  action.sa_handler = Note;
  if (second == SecondSignal::kEndsTheProcess) {
    action.sa_flags = static_cast<int>(SA_RESETHAND);
  }
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

bool StopRequested() { return requested; }

bool WaitForStopRequest(absl::Duration timeout) {
  pollfd waiting = {event, POLLIN, 0};
  // The signal itself ends the wait, too.
  (void)poll(&waiting, 1, static_cast<int>(absl::ToInt64Milliseconds(timeout)));
  return requested;
}

}  // namespace weft
