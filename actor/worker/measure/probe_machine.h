// What one core of this machine can do at most.
#ifndef WEFT_ACTOR_WORKER_MEASURE_PROBE_MACHINE_H_
#define WEFT_ACTOR_WORKER_MEASURE_PROBE_MACHINE_H_

#include <string>

#include "absl/status/statusor.h"
#include "common/schedule/features.h"

namespace weft {

// Measures peak multiply-adds and the bandwidths of memory and of the first-level cache
// in the calling thread, pinned to `timing_cpu` (-1: none) and holding the lease at
// `lease_path`; the sizes are the system's. Takes half a second of CPU time, and 100 MB
// for arrays beyond the last cache. Each rate is the best of many short runs, so that a
// busy neighbour rarely lowers it. Errors are those of the lease.
//
// Once per machine: the result is kept in the file `lease_path`.machine until the
// machine boots again, so that all workers of a machine see the same limits. A file
// that is missing, cannot be trusted, or is of another boot, CPU model or timing CPU is
// ignored and replaced; where it cannot be, since another user owns it, every process
// probes for itself, with a warning.
absl::StatusOr<MachineModel> ProbeMachineOnce(const std::string& lease_path,
                                              double lease_timeout_seconds,
                                              int timing_cpu);

// Peak multiply-adds per second alone, over runs that each take `run_seconds`. A core's
// clock moves within milliseconds, and the best of many very short runs is a clock that
// no longer kernel can hold: what share of the peak a kernel reaches is to be asked of
// one that runs for as long. Takes a tenth of a second, or ten runs where those are
// longer. Errors are those of the lease.
absl::StatusOr<double> ProbePeakFlops(const std::string& lease_path,
                                      double lease_timeout_seconds, int timing_cpu,
                                      double run_seconds);

// The same for a thread that holds the lease and is pinned already.
double PeakFlopsNow(double run_seconds);

}  // namespace weft

#endif  // WEFT_ACTOR_WORKER_MEASURE_PROBE_MACHINE_H_
