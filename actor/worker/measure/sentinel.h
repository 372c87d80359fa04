// Two short loops whose best times are known: when they are slow, so is what is timed
// between them.
#ifndef WEFT_ACTOR_WORKER_MEASURE_SENTINEL_H_
#define WEFT_ACTOR_WORKER_MEASURE_SENTINEL_H_

#include <cstdlib>
#include <memory>
#include <string>

namespace weft {

// Seconds; 0: not known.
struct SentinelTimes {
  double compute = 0;
  double memory = 0;
};

// Compute: 10 us of independent multiply-adds in registers, which see a sibling thread
// and a lower clock. Memory: a read through 4 MiB, which is beyond the second-level
// cache of a core and within the last one, and sees the neighbours there. It leaves the
// core's own caches without the kernel's data. Thread-compatible.
class Sentinel {
 public:
  // Without `memory` that loop does not run and its time is 0.
  explicit Sentinel(bool memory);
  // The best of three runs, so that one interrupt is no verdict. Takes about 0.2 ms.
  SentinelTimes Run() const;

 private:
  struct Free {
    void operator()(float* block) const { std::free(block); }
  };
  std::unique_ptr<float, Free> block_;
};

// Beside the lease, one for each user: none can write another's.
std::string SentinelPath(const std::string& lease_path);

// The best times that sentinels of this machine have shown since it booted, from the
// file at `path`; times of 0 when they are not known. A best time is forgotten
// slowly, by 0.1 % with every write, so that one lucky reading does not rule for ever.
// Call these two while holding the timing lease. A file that cannot be trusted or
// written (see shared_file.h) costs only the memory of it.
SentinelTimes ReadBestSentinel(const std::string& path);
// Without `memory_ran` the memory loop has shown nothing, and its best time is kept.
void WriteBestSentinel(const std::string& path, const SentinelTimes& best,
                       bool memory_ran);

}  // namespace weft

#endif  // WEFT_ACTOR_WORKER_MEASURE_SENTINEL_H_
