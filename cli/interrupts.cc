#include "cli/interrupts.h"

#include <signal.h>

#include <atomic>

namespace weft {
namespace {

// Lock-free, so that a signal handler may write it.
std::atomic<bool> interrupted{false};

}  // namespace

void CatchInterrupts() {
  struct sigaction action = {};
  action.sa_handler = [](int) { interrupted = true; };
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

bool Interrupted() { return interrupted; }

}  // namespace weft
