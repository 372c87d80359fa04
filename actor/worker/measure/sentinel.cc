#include "actor/worker/measure/sentinel.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "actor/worker/measure/machine_file.h"
#include "actor/worker/measure/peak_kernels.h"
#include "actor/worker/measure/shared_file.h"
#include "common/time/stopwatch.h"

namespace weft {
namespace {

constexpr int64_t kComputeRounds = 1'250;
constexpr int64_t kIssueRounds = 6'000;
// Brings a loop's code back into the caches: what ran before may have taken them all,
// and the first run then takes up to a third longer (measured on Zen 4).
constexpr int64_t kWarmUpRounds = 50;
constexpr size_t kMemoryFloats = size_t{1} << 20;
constexpr int kMemoryRuns = 3;
constexpr double kForget = 1.001;
constexpr size_t kMaxFileBytes = 4096;

[[gnu::noinline]] void AddIntegers(int64_t rounds) {
  uint64_t a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0;
  for (int64_t i = 0; i < rounds; ++i) {
    ++a, ++b, ++c, ++d, ++e, ++f, ++g, ++h;
    // Takes the sums for used, so that each addition is an instruction.
    asm volatile("" : "+r"(a), "+r"(b), "+r"(c), "+r"(d));
    asm volatile("" : "+r"(e), "+r"(f), "+r"(g), "+r"(h));
  }
}

}  // namespace

Sentinel::Sentinel(bool memory) {
  if (!memory) return;
  constexpr size_t kBytes = kMemoryFloats * sizeof(float);
  constexpr size_t kHugePageBytes = 2 << 20;
  block_.reset(static_cast<float*>(std::aligned_alloc(kHugePageBytes, kBytes)));
  if (block_ == nullptr) return;
  madvise(block_.get(), kBytes, MADV_HUGEPAGE);
  std::fill_n(block_.get(), kMemoryFloats, 1.0f);
}

double Sentinel::Compute() const {
  kSse2PeakKernels.multiply_add(kWarmUpRounds);
  const Stopwatch computing;
  kSse2PeakKernels.multiply_add(kComputeRounds);
  return computing.seconds();
}

double Sentinel::Issue() const {
  AddIntegers(kWarmUpRounds);
  const Stopwatch issuing;
  AddIntegers(kIssueRounds);
  return issuing.seconds();
}

double Sentinel::Memory() const {
  if (block_ == nullptr) return 0;
  double best = std::numeric_limits<double>::infinity();
  for (int run = 0; run < kMemoryRuns; ++run) {
    const Stopwatch reading;
    kSse2PeakKernels.read(block_.get(), kMemoryFloats);
    best = std::min(best, reading.seconds());
  }
  return best;
}

std::string SentinelPath(const std::string& lease_path, int threads) {
  return absl::StrCat(lease_path, ".sentinel.", geteuid(),
                      threads > 1 ? absl::StrCat(".", threads) : "");
}

SentinelTimes ReadNormalSentinel(const std::string& path) {
  const absl::StatusOr<std::string> text = ReadSharedFile(path, kMaxFileBytes);
  if (!text.ok()) return SentinelTimes();
  std::istringstream file(*text);
  std::string boot;
  SentinelTimes normal;
  if (!(file >> boot >> normal.compute >> normal.issue >> normal.memory) ||
      boot != BootId() ||
      !(normal.compute >= 0 && normal.issue >= 0 && normal.memory >= 0)) {
    return SentinelTimes();
  }
  return normal;
}

void WriteNormalSentinel(const std::string& path, const SentinelTimes& normal,
                         bool memory_ran) {
  std::ostringstream text;
  text << BootId() << " " << normal.compute * kForget << " " << normal.issue * kForget
       << " " << normal.memory * (memory_ran ? kForget : 1) << "\n";
  ReplaceSharedFile(path, text.str()).IgnoreError();
}

}  // namespace weft
