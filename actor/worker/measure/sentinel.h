// Short loops of which it is known how long they take: when they are slow, so is what
// is timed between them.
#ifndef WEFT_ACTOR_WORKER_MEASURE_SENTINEL_H_
#define WEFT_ACTOR_WORKER_MEASURE_SENTINEL_H_

#include <cstdlib>
#include <memory>
#include <string>

namespace weft {

// Seconds; 0: not known.
struct SentinelTimes {
  double compute = 0;
  double issue = 0;
  double memory = 0;
};

// Thread-compatible. Compute: 2 to 5 us of independent arithmetic in registers. Issue:
// 4 us of independent integer additions, four in a cycle. Both see the clock and a
// sibling thread, which takes execution units from the one and the width of the core's
// front from the other. Memory: a read through 4 MiB, which is beyond the second-level
// cache of a core and within the last one, and sees the neighbours there. It leaves the
// core's own caches without the kernel's data.
//
// None uses vectors of more than 16 bytes: a core lowers its clock for wide ones, for
// most of a millisecond, and a kernel without any would be timed at it. (On Ice Lake 5
// us of 64-byte vectors every 0.2 ms made scalar code 25 % slower.)
class Sentinel {
 public:
  // Without `memory` that loop has nothing to read.
  explicit Sentinel(bool memory);

  // One run, in seconds, of code that has just run: a kernel may have taken its place
  // in the caches.
  double Compute() const;
  double Issue() const;
  // The best of three runs, so that one interrupt is no verdict; 0 without memory.
  double Memory() const;

 private:
  struct Free {
    void operator()(float* block) const { std::free(block); }
  };
  std::unique_ptr<float, Free> block_;
};

// Beside the lease, one for each user: none can write another's; and for each number of
// threads, since a core is slower when others of its kind are busy.
std::string SentinelPath(const std::string& lease_path, int threads);

// How long the loops take on this machine when nothing disturbs them, as was seen since
// it booted, from the file at `path`; times of 0 when that is not known. It is
// forgotten by 0.1 % with every write, so that a machine that has become slower
// for good is not disturbed for ever. Call these two while holding the timing lease. A
// file that cannot be trusted or written (see shared_file.h) costs only the memory of
// it.
SentinelTimes ReadNormalSentinel(const std::string& path);
// Without `memory_ran` the memory loop has shown nothing, and its time is kept.
void WriteNormalSentinel(const std::string& path, const SentinelTimes& normal,
                         bool memory_ran);

}  // namespace weft

#endif  // WEFT_ACTOR_WORKER_MEASURE_SENTINEL_H_
