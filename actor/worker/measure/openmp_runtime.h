// The runtime that kernels with several threads call.
#ifndef WEFT_ACTOR_WORKER_MEASURE_OPENMP_RUNTIME_H_
#define WEFT_ACTOR_WORKER_MEASURE_OPENMP_RUNTIME_H_

#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace weft {

// The CPUs that a kernel of `threads` threads is timed on: `timing_cpu` (unless it is
// -1 or not ours), then the last ones that this process may run on, for the first ones
// serve interrupts. INVALID_ARGUMENT when there are fewer of them than threads.
absl::StatusOr<std::vector<int>> TimingCpus(int timing_cpu, int threads);

// Loads libomp, with one thread pinned to each of `cpus`; the calling thread becomes
// the first when it runs a kernel. Idle threads spin for 20 ms and then sleep, so that
// they are awake within a burst of timing and gone while another process holds the
// lease. Only for a process that exits afterwards, such as a measurement's child:
// libomp starts threads, and a process with threads must not fork.
absl::Status LoadOpenMp(const std::vector<int>& cpus);

}  // namespace weft

#endif  // WEFT_ACTOR_WORKER_MEASURE_OPENMP_RUNTIME_H_
