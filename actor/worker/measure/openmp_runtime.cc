#include "actor/worker/measure/openmp_runtime.h"

#include <dlfcn.h>
#include <errno.h>
#include <sched.h>

#include <cstdlib>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace weft {

absl::StatusOr<std::vector<int>> TimingCpus(int timing_cpu, int threads) {
  cpu_set_t allowed;
  if (sched_getaffinity(0, sizeof(allowed), &allowed) != 0) {
    return absl::ErrnoToStatus(errno, "asking for the CPUs of this process");
  }
  std::vector<int> cpus;
  const auto take = [&](int cpu) {
    if (cpu < 0 || cpu >= CPU_SETSIZE || !CPU_ISSET(cpu, &allowed)) return;
    CPU_CLR(cpu, &allowed);
    cpus.push_back(cpu);
  };
  take(timing_cpu);
  for (int cpu = CPU_SETSIZE - 1; cpu >= 0; --cpu) {
    if (static_cast<int>(cpus.size()) < threads) take(cpu);
  }
  if (static_cast<int>(cpus.size()) < threads) {
    return absl::InvalidArgumentError(
        absl::StrCat(threads, " threads were asked for, and this process has ",
                     cpus.size(), " CPUs"));
  }
  return cpus;
}

absl::Status LoadOpenMp(const std::vector<int>& cpus) {
  const std::string places = absl::StrJoin(cpus, ",", [](std::string* out, int cpu) {
    absl::StrAppend(out, "{", cpu, "}");
  });
  // libomp reads these when it is loaded.
  setenv("OMP_PLACES", places.c_str(), 1);
  setenv("OMP_PROC_BIND", "true", 1);
  setenv("OMP_DYNAMIC", "false", 1);
  setenv("KMP_BLOCKTIME", "20", 1);
  setenv("KMP_WARNINGS", "0", 1);
  if (dlopen("libomp.so.5", RTLD_NOW | RTLD_GLOBAL) == nullptr) {
    return absl::FailedPreconditionError(
        absl::StrCat("a schedule with several threads needs libomp: ", dlerror()));
  }
  return absl::OkStatus();
}

}  // namespace weft
