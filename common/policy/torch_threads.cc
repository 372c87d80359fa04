#include "common/policy/torch_threads.h"

#include <ATen/Parallel.h>

// Weak, because the BLAS behind LibTorch is chosen by the system and not by this build.
extern "C" void openblas_set_num_threads(int threads) __attribute__((weak));

namespace weft {

void SetTorchThreads(int threads) {
  at::set_num_threads(threads);
  if (openblas_set_num_threads != nullptr) openblas_set_num_threads(threads);
}

}  // namespace weft
