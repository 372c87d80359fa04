#include "actor/worker/measure/cpu_pin.h"

namespace weft {

CpuPin::CpuPin(int cpu) {
  if (cpu < 0 || cpu >= CPU_SETSIZE) return;
  if (sched_getaffinity(0, sizeof(former_), &former_) != 0) return;
  cpu_set_t only;
  CPU_ZERO(&only);
  CPU_SET(static_cast<size_t>(cpu), &only);
  pinned_ = sched_setaffinity(0, sizeof(only), &only) == 0;
}

CpuPin::~CpuPin() {
  if (pinned_) sched_setaffinity(0, sizeof(former_), &former_);
}

}  // namespace weft
