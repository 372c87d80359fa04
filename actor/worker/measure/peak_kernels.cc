#include "actor/worker/measure/peak_kernels.h"

namespace weft {

const PeakKernels& HostPeakKernels() {
  if (__builtin_cpu_supports("avx512f")) return kAvx512PeakKernels;
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
    return kAvx2PeakKernels;
  }
  return kSse2PeakKernels;
}

}  // namespace weft
