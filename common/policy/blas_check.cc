#include "common/policy/blas_check.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "absl/strings/str_format.h"
#include "absl/time/clock.h"

namespace weft {
namespace {

constexpr int64_t kSize = 512;
// Other processes may take the core during an attempt. Some attempts follow one another
// at once; then, before the BLAS is found slow, they are spread, for a neighbour that
// compiles takes the core for seconds.
constexpr int kQuickAttempts = 20;
constexpr absl::Duration kPause = absl::Milliseconds(50);

// Small integers, whose products and sums a float holds exactly.
at::Tensor RandomIntegers(std::mt19937_64& random) {
  at::Tensor matrix = at::empty({kSize, kSize}, at::kFloat);
  float* data = matrix.data_ptr<float>();
  for (int64_t i = 0; i < kSize * kSize; ++i) {
    data[i] = static_cast<float>(static_cast<int>(random() % 17) - 8);
  }
  return matrix;
}

// Exact in 64 bits, by plain loops.
std::vector<int64_t> Times(const float* matrix, const std::vector<int64_t>& vector) {
  const size_t size = vector.size();
  std::vector<int64_t> product(size, 0);
  for (size_t i = 0; i < size; ++i) {
    for (size_t j = 0; j < size; ++j) {
      product[i] += static_cast<int64_t>(matrix[i * size + j]) * vector[j];
    }
  }
  return product;
}

}  // namespace

// Freivalds' check: C v == A (B v) for a random v.
bool IsProduct(const float* c, const float* a, const float* b, int64_t size,
               std::mt19937_64& random) {
  // What is not finite has no integer value.
  for (int64_t i = 0; i < size * size; ++i) {
    if (!(std::abs(c[i]) < 1e9F)) return false;
  }
  std::vector<int64_t> vector(size);
  for (int64_t& entry : vector) entry = static_cast<int64_t>(random() % (1 << 20));
  return Times(c, vector) == Times(a, Times(b, vector));
}

absl::Status CheckBlas() {
  std::mt19937_64 random(1);
  const at::Tensor a = RandomIntegers(random);
  const at::Tensor b = RandomIntegers(random);
  const at::Tensor c = at::mm(a, b);
  if (IsProduct(c.data_ptr<float>(), a.data_ptr<float>(), b.data_ptr<float>(), kSize,
                random)) {
    return absl::OkStatus();
  }
  return absl::FailedPreconditionError(
      "the BLAS behind LibTorch multiplies 512 x 512 matrices wrongly. OpenBLAS "
      "0.3.21 does so on some CPUs with AVX-512: set OPENBLAS_CORETYPE=Haswell in "
      "the environment of this process");
}

std::string SlowBlasAdvice(double slowest_gflops, absl::Duration patience) {
  std::mt19937_64 random(1);
  const at::Tensor a = RandomIntegers(random);
  const at::Tensor b = RandomIntegers(random);
  double gflops = 0;
  const absl::Time give_up = absl::Now() + patience;
  for (int i = 0; gflops < slowest_gflops; ++i) {
    if (i >= kQuickAttempts) {
      if (absl::Now() >= give_up) break;
      absl::SleepFor(kPause);
    }
    const absl::Time start = absl::Now();
    const at::Tensor c = at::mm(a, b);
    const double seconds = absl::ToDoubleSeconds(absl::Now() - start);
    gflops = std::max(gflops, 2e-9 * kSize * kSize * kSize / seconds);
  }
  if (gflops >= slowest_gflops) return "";
  return absl::StrFormat(
      "the BLAS behind LibTorch runs at %.1f GFLOP/s, expected at least %.0f: this "
      "is a reference BLAS or an overloaded machine, and training will be slow. Fix: "
      "apt-get install libopenblas0-pthread (it replaces libblas.so.3)",
      gflops, slowest_gflops);
}

}  // namespace weft
