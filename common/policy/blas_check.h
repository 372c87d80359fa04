// Whether the BLAS behind LibTorch, which the system chooses, can be used.
#ifndef WEFT_COMMON_POLICY_BLAS_CHECK_H_
#define WEFT_COMMON_POLICY_BLAS_CHECK_H_

#include <cstdint>
#include <random>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace weft {

// Learner, actor and `weft evaluate` ask this once, after SetTorchThreads:
// FAILED_PRECONDITION, with the fix, when a product of two 512 x 512 matrices is wrong.
// Takes a hundredth of a second.
absl::Status CheckBlas();

// What to do about a BLAS that multiplies slower than so many GFLOP/s even in the best
// of many attempts; empty for one that does not. Takes up to `patience` to find it
// slow.
std::string SlowBlasAdvice(double slowest_gflops = 20,
                           absl::Duration patience = absl::Seconds(5));

// Whether c is the product of a and b: row-major, size x size, of small integers that
// floats hold exactly. An exact test in a fraction of the time of a multiplication.
bool IsProduct(const float* c, const float* a, const float* b, int64_t size,
               std::mt19937_64& random);

}  // namespace weft

#endif  // WEFT_COMMON_POLICY_BLAS_CHECK_H_
