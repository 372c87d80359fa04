// The sizes of the caches of one core.
#ifndef WEFT_ACTOR_WORKER_MEASURE_CACHE_SIZES_H_
#define WEFT_ACTOR_WORKER_MEASURE_CACHE_SIZES_H_

#include <cstdint>
#include <string>

namespace weft {

struct CacheSizes {
  uint64_t l1 = 0;  // Of data, in bytes; 0: the system does not tell.
  uint64_t l2 = 0;
  uint64_t l3 = 0;  // All of it, though several cores may share it.
};

// What the kernel tells in a folder such as /sys/devices/system/cpu/cpu0/cache. A cache
// that it has nothing about has size 0.
CacheSizes ReadCacheSizes(const std::string& folder);

// Of a CPU of this machine (-1: any). Where the kernel does not tell, it is sysconf's
// answer: on some virtual machines with AMD's CPUs that is the third-level cache of the
// whole socket, ten times what a core can use.
CacheSizes SystemCacheSizes(int cpu);

}  // namespace weft

#endif  // WEFT_ACTOR_WORKER_MEASURE_CACHE_SIZES_H_
