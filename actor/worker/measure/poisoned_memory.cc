#include "actor/worker/measure/poisoned_memory.h"

#include <malloc.h>

#include <cstring>

namespace weft {
namespace {

// The allocator fills with the complement of what it is given.
constexpr int kPerturb = 0x01;
constexpr int kFill = 0xFE;
// More than the passes put onto the stack, and little of its 8 MiB.
constexpr size_t kStackBytes = 256 << 10;

[[gnu::noinline]] void FillStack() {
  char block[kStackBytes];
  std::memset(block, kFill, sizeof(block));
  // Takes the block for used.
  asm volatile("" : : "r"(block) : "memory");
}

}  // namespace

PoisonedMemory::PoisonedMemory() {
  mallopt(M_PERTURB, kPerturb);
  FillStack();
}

PoisonedMemory::~PoisonedMemory() { mallopt(M_PERTURB, 0); }

}  // namespace weft
