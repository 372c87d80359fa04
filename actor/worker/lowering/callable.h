// A compiled kernel, as those see it who only call it; free of MLIR.
#ifndef WEFT_ACTOR_WORKER_LOWERING_CALLABLE_H_
#define WEFT_ACTOR_WORKER_LOWERING_CALLABLE_H_

#include <cstdint>
#include <vector>

namespace weft {

// One buffer of a kernel, in the order of the entry function's arguments; the entry's
// results that are not one of its arguments follow as further outputs.
struct KernelArgument {
  int64_t elements = 0;
  int element_bytes = 4;  // 4: f32, 8: f64.
  bool output = false;
  // Of an output: how many floating-point operations stand one after another before one
  // of its elements (see operations_per_element.h); -1: unknown. No part of equality,
  // for a schedule must not change what the other fields say.
  double operations = -1;

  int64_t bytes() const { return elements * element_bytes; }
  bool operator==(const KernelArgument& other) const {
    return elements == other.elements && element_bytes == other.element_bytes &&
           output == other.output;
  }
};

// Machine code in this process. Thread-compatible.
class Kernel {
 public:
  virtual ~Kernel() = default;
  // buffers[i] is the data of argument i, aligned to 64 bytes. Inputs are not written.
  virtual void Run(void* const* buffers) const = 0;
  virtual const std::vector<KernelArgument>& arguments() const = 0;
};

}  // namespace weft

#endif  // WEFT_ACTOR_WORKER_LOWERING_CALLABLE_H_
