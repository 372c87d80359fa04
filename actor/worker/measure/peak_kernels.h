// The loops that show what this CPU can do at most, in the widest vectors it has.
#ifndef WEFT_ACTOR_WORKER_MEASURE_PEAK_KERNELS_H_
#define WEFT_ACTOR_WORKER_MEASURE_PEAK_KERNELS_H_

#include <cstddef>
#include <cstdint>

namespace weft {

// One instruction set's loops. `count` of floats is a multiple of 64, the pointers are
// aligned to 64 bytes.
struct PeakKernels {
  uint32_t vector_bytes;
  uint32_t vector_registers;
  // `rounds` rounds of independent multiply-adds; returns their number of operations.
  double (*multiply_add)(int64_t rounds);
  void (*read)(const float* from, size_t count);
  void (*copy)(const float* from, float* to, size_t count);
  void (*add)(const float* left, const float* right, float* to, size_t count);
};

// Each is compiled for its instruction set and must run only where the CPU has it.
extern const PeakKernels kSse2PeakKernels;
extern const PeakKernels kAvx2PeakKernels;
extern const PeakKernels kAvx512PeakKernels;

// The widest of the CPU that this runs on. Pure.
const PeakKernels& HostPeakKernels();

}  // namespace weft

#endif  // WEFT_ACTOR_WORKER_MEASURE_PEAK_KERNELS_H_
