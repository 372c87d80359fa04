// The tile size of loops that are split as far as they divide.
#ifndef WEFT_ACTOR_WORKER_TRANSFORMS_LARGEST_DIVISOR_H_
#define WEFT_ACTOR_WORKER_TRANSFORMS_LARGEST_DIVISOR_H_

#include <cstdint>

namespace weft {

// The largest of `at_most`, `at_most` / 2, ..., 1 that divides `extent`.
inline int64_t LargestDivisor(int64_t extent, int64_t at_most) {
  int64_t size = at_most;
  while (size > 1 && extent % size != 0) size /= 2;
  return size;
}

}  // namespace weft

#endif  // WEFT_ACTOR_WORKER_TRANSFORMS_LARGEST_DIVISOR_H_
