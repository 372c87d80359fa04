#include "actor/worker/measure/time_bound.h"

#include <algorithm>

#include "absl/strings/str_format.h"

namespace weft {
namespace {

constexpr double kMargin = 1.15;
// Cores with two multiply-add units (four operations per lane and cycle) load at most
// two vectors and store one in a cycle (twelve bytes per lane). The probe sees less
// when a neighbour is busy, and too low a limit would refuse honest times.
constexpr double kBytesPerFlop = 3;

double CacheBandwidth(const MachineModel& machine) {
  return std::max(machine.cache_bandwidth, kBytesPerFlop * machine.peak_flops);
}

double SecondsAt(double work, double rate) {
  return rate > 0 ? work / (kMargin * rate) : 0;
}

}  // namespace

double FastestPossibleSeconds(double flops, double bytes, const MachineModel& machine) {
  return std::max(SecondsAt(flops, machine.peak_flops),
                  SecondsAt(bytes, CacheBandwidth(machine)));
}

std::string ExplainImpossible(double seconds, double flops, double bytes,
                              const MachineModel& machine) {
  const double bound = FastestPossibleSeconds(flops, bytes, machine);
  if (seconds >= bound) return "";
  return absl::StrFormat(
      "%.3g s is %.3g GFLOP/s and %.3g GB/s; this machine's limits are %.3g GFLOP/s "
      "and "
      "%.3g GB/s, so nothing below %.3g s is believed",
      seconds, flops / seconds * 1e-9, bytes / seconds * 1e-9,
      machine.peak_flops * 1e-9, machine.cache_bandwidth * 1e-9, bound);
}

}  // namespace weft
