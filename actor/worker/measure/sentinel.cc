#include "actor/worker/measure/sentinel.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "actor/worker/measure/machine_file.h"
#include "actor/worker/measure/peak_kernels.h"
#include "actor/worker/measure/shared_file.h"
#include "actor/worker/measure/stopwatch.h"

namespace weft {
namespace {

constexpr int64_t kComputeRounds = 5'000;
constexpr size_t kMemoryFloats = size_t{1} << 20;
constexpr int kRuns = 3;
constexpr double kForget = 1.001;
constexpr size_t kMaxFileBytes = 4096;

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

SentinelTimes Sentinel::Run() const {
  const PeakKernels& kernels = HostPeakKernels();
  SentinelTimes best;
  for (int run = 0; run < kRuns; ++run) {
    const Stopwatch computing;
    kernels.multiply_add(kComputeRounds);
    const double compute = computing.seconds();
    best.compute = run == 0 ? compute : std::min(best.compute, compute);
    if (block_ == nullptr) continue;
    const Stopwatch reading;
    kernels.read(block_.get(), kMemoryFloats);
    const double memory = reading.seconds();
    best.memory = run == 0 ? memory : std::min(best.memory, memory);
  }
  return best;
}

std::string SentinelPath(const std::string& lease_path) {
  return absl::StrCat(lease_path, ".sentinel.", geteuid());
}

SentinelTimes ReadBestSentinel(const std::string& path) {
  const absl::StatusOr<std::string> text = ReadSharedFile(path, kMaxFileBytes);
  if (!text.ok()) return SentinelTimes();
  std::istringstream file(*text);
  std::string boot;
  SentinelTimes best;
  if (!(file >> boot >> best.compute >> best.memory) || boot != BootId() ||
      !(best.compute >= 0 && best.memory >= 0)) {
    return SentinelTimes();
  }
  return best;
}

void WriteBestSentinel(const std::string& path, const SentinelTimes& best,
                       bool memory_ran) {
  std::ostringstream text;
  text << BootId() << " " << best.compute * kForget << " "
       << best.memory * (memory_ran ? kForget : 1) << "\n";
  ReplaceSharedFile(path, text.str()).IgnoreError();
}

}  // namespace weft
