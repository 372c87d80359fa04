#include "actor/worker/measure/probe_machine.h"

#include <sys/mman.h>
#include <time.h>

#include <algorithm>
#include <cstdlib>
#include <memory>

#include "actor/worker/measure/cache_sizes.h"
#include "actor/worker/measure/cpu_pin.h"
#include "actor/worker/measure/machine_file.h"
#include "actor/worker/measure/peak_kernels.h"
#include "actor/worker/measure/timing_lease.h"
#include "common/time/stopwatch.h"
#include "spdlog/spdlog.h"

namespace weft {
namespace {

constexpr double kPeakSeconds = 0.1;
constexpr double kCacheSeconds = 0.1;
constexpr double kMemorySeconds = 0.2;
// Rounds of multiply-adds that take about 0.2 ms: shorter than a scheduler's time
// slice, much longer than reading the clock.
constexpr int64_t kRounds = 100'000;
// Three arrays that fit the smallest first-level cache there is (32 KiB) together.
constexpr size_t kCacheFloats = 2048;
constexpr int kCacheRepeats = 1000;
// Three arrays of 32 MiB: beyond the last cache that one core can fill, on most
// machines.
constexpr size_t kMemoryFloats = size_t{8} << 20;

double ThreadSeconds() {
  timespec time;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

// The best rate that `run`, which returns how much it did, reaches within `seconds` of
// the thread's own time: beside busy neighbours that is as many tries as on an idle
// machine. Bounded in wall time, too.
template <typename Run>
double BestRate(double seconds, const Run& run) {
  double best = 0;
  const double start = ThreadSeconds();
  const Stopwatch total;
  do {
    const Stopwatch stopwatch;
    const double work = run();
    best = std::max(best, work / stopwatch.seconds());
  } while (ThreadSeconds() - start < seconds && total.seconds() < 10 * seconds);
  return best;
}

// Three arrays in one block of memory.
class Arrays {
 public:
  explicit Arrays(size_t floats) : stride_(floats + kSkewFloats) {
    constexpr size_t kHugePageBytes = 2 << 20;
    const size_t bytes = 3 * stride_ * sizeof(float);
    const size_t total = (bytes + kHugePageBytes - 1) / kHugePageBytes * kHugePageBytes;
    block_.reset(static_cast<float*>(std::aligned_alloc(kHugePageBytes, total)));
    if (block_ == nullptr) return;
    madvise(block_.get(), total, MADV_HUGEPAGE);
    std::fill_n(block_.get(), 3 * stride_, 1.0f);
  }

  bool allocated() const { return block_ != nullptr; }
  float* operator[](size_t index) const { return block_.get() + index * stride_; }

 private:
  // Keeps loads of one array and stores to another at different offsets within a page,
  // lest they wait for each other.
  static constexpr size_t kSkewFloats = 320;

  struct Free {
    void operator()(float* block) const { std::free(block); }
  };
  size_t stride_;
  std::unique_ptr<float, Free> block_;
};

// Reads, copies and sums of two arrays move data at different rates, for a core loads
// more than it stores in a cycle; the best of them is the limit.
double BestBandwidth(const PeakKernels& kernels, size_t floats, int repeats,
                     double seconds) {
  const Arrays arrays(floats);
  if (!arrays.allocated()) return 0;
  const double bytes = static_cast<double>(floats) * sizeof(float) * repeats;
  const double reading = BestRate(seconds / 3, [&] {
    for (int i = 0; i < repeats; ++i) kernels.read(arrays[0], floats);
    return bytes;
  });
  const double copying = BestRate(seconds / 3, [&] {
    for (int i = 0; i < repeats; ++i) kernels.copy(arrays[0], arrays[2], floats);
    return 2 * bytes;
  });
  const double adding = BestRate(seconds / 3, [&] {
    for (int i = 0; i < repeats; ++i) {
      kernels.add(arrays[0], arrays[1], arrays[2], floats);
    }
    return 3 * bytes;
  });
  return std::max({reading, copying, adding});
}

MachineModel Probe(int timing_cpu) {
  const CpuPin pin(timing_cpu);
  const PeakKernels& kernels = HostPeakKernels();
  MachineModel machine;
  machine.peak_flops =
      BestRate(kPeakSeconds, [&] { return kernels.multiply_add(kRounds); });
  machine.cache_bandwidth =
      BestBandwidth(kernels, kCacheFloats, kCacheRepeats, kCacheSeconds);
  machine.memory_bandwidth = BestBandwidth(kernels, kMemoryFloats, 1, kMemorySeconds);
  // What the system does not tell stays the model's default.
  const CacheSizes caches = SystemCacheSizes(timing_cpu);
  if (caches.l1 > 0) machine.l1_bytes = caches.l1;
  if (caches.l2 > 0) machine.l2_bytes = caches.l2;
  if (caches.l3 > 0) machine.l3_bytes = caches.l3;
  machine.vector_bytes = kernels.vector_bytes;
  machine.vector_registers = kernels.vector_registers;
  return machine;
}

}  // namespace

double PeakFlopsNow(double run_seconds) {
  const PeakKernels& kernels = HostPeakKernels();
  const double short_run =
      BestRate(kPeakSeconds / 10, [&] { return kernels.multiply_add(kRounds); });
  const double flops_of_a_round = kernels.multiply_add(1);
  const auto rounds = std::max(
      kRounds, static_cast<int64_t>(short_run * run_seconds / flops_of_a_round));
  return BestRate(std::max(kPeakSeconds, 10 * run_seconds),
                  [&] { return kernels.multiply_add(rounds); });
}

absl::StatusOr<double> ProbePeakFlops(const std::string& lease_path,
                                      double lease_timeout_seconds, int timing_cpu,
                                      double run_seconds) {
  absl::StatusOr<TimingLease> lease =
      TimingLease::Acquire(lease_path, lease_timeout_seconds);
  if (!lease.ok()) return lease.status();
  const CpuPin pin(timing_cpu);
  return PeakFlopsNow(run_seconds);
}

absl::StatusOr<MachineModel> ProbeMachineOnce(const std::string& lease_path,
                                              double lease_timeout_seconds,
                                              int timing_cpu) {
  absl::StatusOr<TimingLease> lease =
      TimingLease::Acquire(lease_path, lease_timeout_seconds);
  if (!lease.ok()) return lease.status();
  const std::string path = lease_path + ".machine";
  const MachineFileKey key = MachineFileKey::Here(timing_cpu);
  absl::StatusOr<MachineModel> known = ReadMachineFile(path, key);
  if (known.ok()) return *known;
  const MachineModel machine = Probe(timing_cpu);
  const absl::Status written = WriteMachineFile(path, key, machine);
  // The limits are as good; the next process has to find them again.
  if (!written.ok())
    spdlog::warn("the machine's limits are not kept: {}",
                 std::string(written.message()));
  return machine;
}

}  // namespace weft
