#include "actor/worker/measure/machine_file.h"

#include <errno.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "nlohmann/json.hpp"

namespace weft {
namespace {

using nlohmann::json;

}  // namespace

std::string BootId() {
  std::ifstream file("/proc/sys/kernel/random/boot_id");
  std::string id;
  std::getline(file, id);
  return id;
}

absl::StatusOr<MachineModel> ReadMachineFile(const std::string& path) {
  std::ifstream file(path);
  if (!file) return absl::NotFoundError(absl::StrCat("no file ", path));
  const json value = json::parse(file, nullptr, /*allow_exceptions=*/false);
  MachineModel machine;
  try {
    if (value.at("boot_id").get<std::string>() != BootId()) {
      return absl::FailedPreconditionError(absl::StrCat(path, " is of another boot"));
    }
    value.at("peak_flops").get_to(machine.peak_flops);
    value.at("memory_bandwidth").get_to(machine.memory_bandwidth);
    value.at("cache_bandwidth").get_to(machine.cache_bandwidth);
    value.at("l1_bytes").get_to(machine.l1_bytes);
    value.at("l2_bytes").get_to(machine.l2_bytes);
    value.at("l3_bytes").get_to(machine.l3_bytes);
    value.at("vector_bytes").get_to(machine.vector_bytes);
    value.at("vector_registers").get_to(machine.vector_registers);
  } catch (const json::exception& error) {
    return absl::FailedPreconditionError(absl::StrCat(path, ": ", error.what()));
  }
  if (!(machine.peak_flops > 0 && machine.memory_bandwidth > 0 &&
        machine.cache_bandwidth > 0)) {
    return absl::FailedPreconditionError(
        absl::StrCat(path, ": a rate is not positive"));
  }
  return machine;
}

absl::Status WriteMachineFile(const std::string& path, const MachineModel& machine) {
  const json value = {{"boot_id", BootId()},
                      {"peak_flops", machine.peak_flops},
                      {"memory_bandwidth", machine.memory_bandwidth},
                      {"cache_bandwidth", machine.cache_bandwidth},
                      {"l1_bytes", machine.l1_bytes},
                      {"l2_bytes", machine.l2_bytes},
                      {"l3_bytes", machine.l3_bytes},
                      {"vector_bytes", machine.vector_bytes},
                      {"vector_registers", machine.vector_registers}};
  const std::string temporary = absl::StrCat(path, ".", getpid());
  {
    std::ofstream file(temporary);
    file << value.dump(1) << "\n";
    if (!file.flush()) {
      return absl::UnavailableError(absl::StrCat("cannot write ", temporary));
    }
  }
  if (std::rename(temporary.c_str(), path.c_str()) != 0) {
    return absl::ErrnoToStatus(errno, absl::StrCat("renaming ", temporary));
  }
  return absl::OkStatus();
}

}  // namespace weft
