// Makes a kernel that reads what nobody has written compute nonsense.
#ifndef WEFT_ACTOR_WORKER_MEASURE_POISONED_MEMORY_H_
#define WEFT_ACTOR_WORKER_MEASURE_POISONED_MEMORY_H_

namespace weft {

// While it lives, what this process allocates is filled with floats of -1.7e38 (doubles
// of -5e303), and so was the stack below the caller when it was made: new memory would
// be zeros, which is what a sum that lost its first value needs to look right. Blocks
// below a kilobyte that are used again keep what they held. Not for timed code. One at
// a time in a process; with AddressSanitizer, which fills blocks itself, the stack
// alone.
class PoisonedMemory {
 public:
  PoisonedMemory();
  ~PoisonedMemory();
  PoisonedMemory(const PoisonedMemory&) = delete;
  PoisonedMemory& operator=(const PoisonedMemory&) = delete;
};

}  // namespace weft

#endif  // WEFT_ACTOR_WORKER_MEASURE_POISONED_MEMORY_H_
