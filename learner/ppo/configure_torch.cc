// Sets LibTorch up and finds out whether its BLAS can be trusted.
#include <ATen/ATen.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <random>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/policy/torch_threads.h"
#include "learner/ppo/ppo_learner.h"

namespace weft {
namespace {

constexpr int64_t kSize = 512;
constexpr double kSlowestGflops = 20;
// The best attempt counts: other processes may take the core meanwhile. Some follow one
// another at once; then, before the machine is found too slow, they are spread, for a
// neighbour that compiles takes the core for seconds.
constexpr int kQuickAttempts = 20;
constexpr std::chrono::seconds kPatience(5);
constexpr std::chrono::milliseconds kPause(50);

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
std::vector<int64_t> Times(const at::Tensor& matrix,
                           const std::vector<int64_t>& vector) {
  const float* data = matrix.data_ptr<float>();
  std::vector<int64_t> product(kSize, 0);
  for (int64_t i = 0; i < kSize; ++i) {
    for (int64_t j = 0; j < kSize; ++j) {
      product[i] += static_cast<int64_t>(data[i * kSize + j]) * vector[j];
    }
  }
  return product;
}

// Freivalds' check: C v == A (B v) for a random v. An exact test in a thousandth of the
// time of a second multiplication.
bool IsProduct(const at::Tensor& c, const at::Tensor& a, const at::Tensor& b,
               std::mt19937_64& random) {
  std::vector<int64_t> vector(kSize);
  for (int64_t& entry : vector) entry = static_cast<int64_t>(random() % (1 << 20));
  return c.isfinite().all().item<bool>() &&
         Times(c, vector) == Times(a, Times(b, vector));
}

}  // namespace

absl::Status ConfigureTorch(int threads) {
  if (threads < 1) {
    return absl::InvalidArgumentError(
        absl::StrCat("learner.threads: expected at least 1, got ", threads));
  }
  SetTorchThreads(threads);
  std::mt19937_64 random(1);
  const at::Tensor a = RandomIntegers(random);
  const at::Tensor b = RandomIntegers(random);
  double gflops = 0;
  const auto give_up = std::chrono::steady_clock::now() + kPatience;
  for (int i = 0; gflops < kSlowestGflops; ++i) {
    if (i >= kQuickAttempts) {
      if (std::chrono::steady_clock::now() >= give_up) break;
      std::this_thread::sleep_for(kPause);
    }
    const auto start = std::chrono::steady_clock::now();
    const at::Tensor c = at::mm(a, b);
    const double seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    if (!IsProduct(c, a, b, random)) {
      return absl::FailedPreconditionError(
          "the BLAS behind LibTorch multiplies 512 x 512 matrices wrongly. OpenBLAS "
          "0.3.21 does so on some CPUs with AVX-512: set OPENBLAS_CORETYPE=Haswell in "
          "the environment of this process");
    }
    gflops = std::max(gflops, 2e-9 * kSize * kSize * kSize / seconds);
  }
  if (gflops < kSlowestGflops) {
    return absl::FailedPreconditionError(
        absl::StrFormat("the BLAS behind LibTorch runs at %.1f GFLOP/s, expected at "
                        "least %.0f, also after some seconds: this is a "
                        "reference BLAS or an overloaded machine. Fix: apt-get install "
                        "libopenblas0-pthread (it replaces libblas.so.3)",
                        gflops, kSlowestGflops));
  }
  return absl::OkStatus();
}

}  // namespace weft
