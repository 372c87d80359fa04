#include "actor/worker/measure/machine_file.h"

#include <cmath>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "actor/worker/measure/cpu_model.h"
#include "actor/worker/measure/shared_file.h"
#include "nlohmann/json.hpp"

namespace weft {
namespace {

using nlohmann::json;

constexpr int kFormat = 3;
constexpr size_t kMaxBytes = 64 << 10;

bool IsRate(double rate) { return std::isfinite(rate) && rate > 0; }

absl::Status CheckKey(const json& value, const MachineFileKey& key) {
  if (value.at("format").get<int>() != kFormat) {
    return absl::FailedPreconditionError("it has another format");
  }
  if (value.at("boot_id").get<std::string>() != key.boot_id) {
    return absl::FailedPreconditionError("it is of another boot");
  }
  if (value.at("cpu_model").get<std::string>() != key.cpu_model) {
    return absl::FailedPreconditionError("it is of another CPU model");
  }
  if (key.timing_cpu >= 0 && value.at("timing_cpu").get<int>() != key.timing_cpu) {
    return absl::FailedPreconditionError("it is of another timing CPU");
  }
  return absl::OkStatus();
}

absl::StatusOr<MachineModel> Parse(const std::string& text, const MachineFileKey& key) {
  const json value = json::parse(text, nullptr, /*allow_exceptions=*/false);
  MachineModel machine;
  try {
    if (absl::Status status = CheckKey(value, key); !status.ok()) return status;
    value.at("peak_flops").get_to(machine.peak_flops);
    value.at("memory_bandwidth").get_to(machine.memory_bandwidth);
    value.at("cache_bandwidth").get_to(machine.cache_bandwidth);
    value.at("l1_bytes").get_to(machine.l1_bytes);
    value.at("l2_bytes").get_to(machine.l2_bytes);
    value.at("l3_bytes").get_to(machine.l3_bytes);
    value.at("vector_bytes").get_to(machine.vector_bytes);
    value.at("vector_registers").get_to(machine.vector_registers);
  } catch (const json::exception& error) {
    return absl::FailedPreconditionError(error.what());
  }
  if (!IsRate(machine.peak_flops) || !IsRate(machine.memory_bandwidth) ||
      !IsRate(machine.cache_bandwidth)) {
    return absl::FailedPreconditionError("a rate is not positive");
  }
  return machine;
}

}  // namespace

std::string BootId() {
  std::ifstream file("/proc/sys/kernel/random/boot_id");
  std::string id;
  std::getline(file, id);
  return id;
}

MachineFileKey MachineFileKey::Here(int timing_cpu) {
  return {BootId(), CpuModel(), timing_cpu};
}

absl::StatusOr<MachineModel> ReadMachineFile(const std::string& path,
                                             const MachineFileKey& key) {
  const absl::StatusOr<std::string> text = ReadSharedFile(path, kMaxBytes);
  if (!text.ok()) return text.status();
  absl::StatusOr<MachineModel> machine = Parse(*text, key);
  if (machine.ok()) return machine;
  return absl::Status(machine.status().code(),
                      absl::StrCat(path, ": ", machine.status().message()));
}

absl::Status WriteMachineFile(const std::string& path, const MachineFileKey& key,
                              const MachineModel& machine) {
  const json value = {{"format", kFormat},
                      {"boot_id", key.boot_id},
                      {"cpu_model", key.cpu_model},
                      {"timing_cpu", key.timing_cpu},
                      {"peak_flops", machine.peak_flops},
                      {"memory_bandwidth", machine.memory_bandwidth},
                      {"cache_bandwidth", machine.cache_bandwidth},
                      {"l1_bytes", machine.l1_bytes},
                      {"l2_bytes", machine.l2_bytes},
                      {"l3_bytes", machine.l3_bytes},
                      {"vector_bytes", machine.vector_bytes},
                      {"vector_registers", machine.vector_registers}};
  return ReplaceSharedFile(path, value.dump(1) + "\n");
}

}  // namespace weft
