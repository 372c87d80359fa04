// What this machine's CPU calls itself.
#ifndef WEFT_ACTOR_WORKER_MEASURE_CPU_MODEL_H_
#define WEFT_ACTOR_WORKER_MEASURE_CPU_MODEL_H_

#include <string>

namespace weft {

// The first "model name" of /proc/cpuinfo, at most 100 bytes of printable ASCII; empty
// where there is none. Reads the file with every call, for a virtual machine can move.
std::string CpuModel();

}  // namespace weft

#endif  // WEFT_ACTOR_WORKER_MEASURE_CPU_MODEL_H_
