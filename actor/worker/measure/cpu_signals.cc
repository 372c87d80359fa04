#include "actor/worker/measure/cpu_signals.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace weft {
namespace {

// Seconds since boot during which some task waited for a CPU; negative: unknown. The
// line is `some avg10=0.00 avg60=0.00 avg300=0.00 total=MICROSECONDS`.
double StalledSeconds() {
  std::ifstream file("/proc/pressure/cpu");
  constexpr char kTotal[] = "total=";
  for (std::string word; file >> word;) {
    double microseconds = 0;
    if (word.rfind(kTotal, 0) == 0 &&
        absl::SimpleAtod(word.substr(sizeof(kTotal) - 1), &microseconds)) {
      return microseconds * 1e-6;
    }
  }
  return -1;
}

}  // namespace

CpuPressure::CpuPressure() : stalled_at_start_(StalledSeconds()) {}

double CpuPressure::Share() const {
  const double seconds = since_.seconds();
  if (stalled_at_start_ < 0 || seconds <= 0) return 0;
  return std::clamp((StalledSeconds() - stalled_at_start_) / seconds, 0.0, 1.0);
}

std::optional<double> SecondsWaitedForCpu() {
  std::error_code error;
  double waited = 0;
  for (const auto& thread :
       std::filesystem::directory_iterator("/proc/self/task", error)) {
    // Nanoseconds that the thread ran and that it waited to, and how often it ran.
    std::ifstream file(thread.path() / "schedstat");
    double ran = 0, nanoseconds = 0, turns = 0;
    if (!(file >> ran >> nanoseconds >> turns)) return std::nullopt;
    // A thread that asks has run: this kernel does not count.
    if (ran + nanoseconds + turns == 0) return std::nullopt;
    waited += nanoseconds * 1e-9;
  }
  if (error) return std::nullopt;
  return waited;
}

double CpuFrequency(int cpu) {
  if (cpu < 0) return 0;
  std::ifstream file(
      absl::StrCat("/sys/devices/system/cpu/cpu", cpu, "/cpufreq/scaling_cur_freq"));
  double kilohertz = 0;
  return file >> kilohertz ? kilohertz * 1e3 : 0;
}

}  // namespace weft
