#include "actor/environment/worker_startup.h"

#include <sched.h>

#include <cmath>

#include "absl/strings/str_cat.h"
#include "spdlog/spdlog.h"

namespace weft {
namespace {

// Of the probe itself; waiting for the lease comes on top.
constexpr absl::Duration kProbeTimeout = absl::Seconds(30);

absl::Status CheckRate(const char* name, double rate) {
  if (std::isfinite(rate) && rate > 0) return absl::OkStatus();
  return absl::InternalError(
      absl::StrCat("probing this machine found ", name, " = ", rate));
}

absl::StatusOr<v1::WorkerResponse> Load(WorkerClient& worker,
                                        const SuiteProgram& program,
                                        absl::Duration timeout) {
  v1::WorkerRequest request;
  request.mutable_load_program()->set_name(program.path);
  request.mutable_load_program()->set_source(program.source);
  return worker.Ask(request, timeout);
}

}  // namespace

absl::StatusOr<Machine> ProbeMachine(WorkerClient& worker,
                                     const MeasureOptions& options) {
  v1::WorkerRequest request;
  request.mutable_probe_machine()->set_lease_path(options.lease_path);
  request.mutable_probe_machine()->set_timing_cpu(options.timing_cpu);
  request.mutable_probe_machine()->set_lease_timeout_seconds(
      options.lease_timeout_seconds);
  const absl::StatusOr<v1::WorkerResponse> response =
      worker.Ask(request, kProbeTimeout + absl::Seconds(options.lease_timeout_seconds));
  if (!response.ok()) return response.status();

  const v1::ProbeMachineResponse& probe = response->probe_machine();
  Machine machine;
  machine.cpu = probe.cpu();
  machine.model.peak_flops = probe.peak_flops();
  machine.model.memory_bandwidth = probe.memory_bandwidth();
  machine.model.cache_bandwidth = probe.cache_bandwidth();
  machine.model.l1_bytes = probe.l1_bytes();
  machine.model.l2_bytes = probe.l2_bytes();
  machine.model.l3_bytes = probe.l3_bytes();
  machine.model.vector_bytes = probe.vector_bytes();
  machine.model.vector_registers = probe.vector_registers();
  absl::Status status = CheckRate("peak_flops", probe.peak_flops());
  status.Update(CheckRate("memory_bandwidth", probe.memory_bandwidth()));
  status.Update(CheckRate("cache_bandwidth", probe.cache_bandwidth()));
  if (!status.ok()) return status;
  return machine;
}

absl::Status CheckPrograms(WorkerClient& worker, const Suite& suite,
                           absl::Duration timeout) {
  for (const SuiteProgram& program : suite.programs) {
    const absl::StatusOr<v1::WorkerResponse> response = Load(worker, program, timeout);
    if (!response.ok()) {
      return absl::InvalidArgumentError(
          absl::StrCat("program ", program.name, " of the suite was refused: ",
                       absl::string_view(response.status().message())));
    }
    for (const std::string& note : response->load_program().notes()) {
      spdlog::info("program {}: {}", program.name, note);
    }
  }
  return absl::OkStatus();
}

int ResolveTimingCpu(int cpu) {
  if (cpu >= 0) return cpu;
  cpu_set_t allowed;
  if (sched_getaffinity(0, sizeof(allowed), &allowed) != 0) return -1;
  for (int candidate = CPU_SETSIZE - 1; candidate >= 0; --candidate) {
    if (CPU_ISSET(candidate, &allowed)) return candidate;
  }
  return -1;
}

}  // namespace weft
