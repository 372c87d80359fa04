// A process that wants the CPU of the test that makes it.
#ifndef WEFT_TESTS_ACTOR_WORKER_MEASURE_RIVAL_H_
#define WEFT_TESTS_ACTOR_WORKER_MEASURE_RIVAL_H_

#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "actor/worker/measure/cpu_pin.h"

namespace weft {

// Pins the test, and the rival with it, which computes until the object goes.
class Rival {
 public:
  Rival() : pin_(sched_getcpu()), process_(fork()) {
    if (process_ != 0) return;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (volatile int i = 0;; i = i + 1) {
    }
  }
  ~Rival() {
    if (process_ <= 0) return;
    kill(process_, SIGKILL);
    waitpid(process_, nullptr, 0);
  }
  Rival(const Rival&) = delete;
  Rival& operator=(const Rival&) = delete;

  bool shares_the_cpu() const { return pin_.pinned() && process_ > 0; }

 private:
  const CpuPin pin_;  // First: the rival inherits it.
  const pid_t process_;
};

}  // namespace weft

#endif  // WEFT_TESTS_ACTOR_WORKER_MEASURE_RIVAL_H_
