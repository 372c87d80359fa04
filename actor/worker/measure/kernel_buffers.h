// The buffers that a kernel is run on.
#ifndef WEFT_ACTOR_WORKER_MEASURE_KERNEL_BUFFERS_H_
#define WEFT_ACTOR_WORKER_MEASURE_KERNEL_BUFFERS_H_

#include <cstddef>
#include <cstdlib>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "actor/worker/lowering/callable.h"

namespace weft {

// One buffer per argument, aligned to 64 bytes, with guards on both sides. Inputs hold
// uniform random numbers of [-1, 1), the same in every process; outputs hold a pattern
// outside that range, so that an element which the kernel forgot is not right by
// accident (a kernel that reads its outputs starts from the pattern, in the reference
// as well). Thread-compatible.
class KernelBuffers {
 public:
  explicit KernelBuffers(const std::vector<KernelArgument>& arguments);

  void* const* pointers() const { return pointers_.data(); }
  const void* data(size_t argument) const { return pointers_[argument]; }

  // INTERNAL when an input has changed or something was written outside the buffers,
  // naming the argument and the place.
  absl::Status CheckUntouched() const;

 private:
  struct Free {
    void operator()(unsigned char* block) const { std::free(block); }
  };

  std::vector<KernelArgument> arguments_;
  std::vector<std::unique_ptr<unsigned char, Free>> blocks_;
  std::vector<void*> pointers_;
};

}  // namespace weft

#endif  // WEFT_ACTOR_WORKER_MEASURE_KERNEL_BUFFERS_H_
