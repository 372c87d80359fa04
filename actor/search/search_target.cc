#include "actor/search/search_target.h"

#include <filesystem>
#include <utility>

#include "absl/strings/str_cat.h"
#include "actor/environment/measurement_versions.h"

namespace weft {

absl::StatusOr<std::unique_ptr<SearchTarget>> SearchTarget::Open(
    const std::string& path, SearchTargetOptions options) {
  absl::StatusOr<SuiteProgram> program = ReadProgram(path);
  if (!program.ok()) return program.status();
  options.measure.timing_cpu = ResolveTimingCpu(options.measure.timing_cpu);
  std::unique_ptr<SearchTarget> target(new SearchTarget(std::move(options)));
  target->suite_.programs.push_back(*std::move(program));
  if (absl::Status status = target->Load(); !status.ok()) return status;
  return target;
}

absl::Status SearchTarget::Load() {
  WorkerClient worker(options_.worker_path);
  if (absl::Status status = worker.Start(); !status.ok()) return status;
  absl::StatusOr<Machine> machine = ProbeMachine(worker, options_.measure);
  if (!machine.ok()) return machine.status();
  machine_ = *std::move(machine);

  v1::WorkerRequest request;
  request.mutable_load_program()->set_name(program().path);
  request.mutable_load_program()->set_source(program().source);
  const absl::StatusOr<v1::WorkerResponse> response =
      worker.Ask(request, absl::Seconds(options_.step_timeout_seconds));
  if (!response.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat(program().path,
                     " was refused: ", absl::string_view(response.status().message())));
  }
  anchor_ = response->load_program().anchor();
  flops_ = response->load_program().flops();
  bytes_ = response->load_program().bytes();
  const auto& notes = response->load_program().notes();
  notes_.assign(notes.begin(), notes.end());
  return ReadVersions(worker);
}

absl::Status SearchTarget::ReadVersions(WorkerClient& worker) {
  const absl::Duration timeout = absl::Seconds(options_.step_timeout_seconds);
  v1::WorkerRequest reset;
  reset.mutable_reset();
  absl::StatusOr<v1::WorkerResponse> response = worker.Ask(reset, timeout);
  if (!response.ok()) return response.status();
  v1::WorkerRequest fingerprint;
  fingerprint.mutable_fingerprint();
  response = worker.Ask(fingerprint, timeout);
  if (!response.ok()) return response.status();
  const MeasurementKey key = KeyOf(response->fingerprint(), options_.measure);
  versions_ =
      absl::StrCat(key.pipeline, "; ", key.compiler, "; ", key.cpu, "; ", key.protocol);
  return absl::OkStatus();
}

EnvironmentFactory SearchTarget::factory() {
  WorkerEnvironmentOptions options;
  options.worker_path = options_.worker_path;
  options.measure = options_.measure;
  options.step_timeout_seconds = options_.step_timeout_seconds;
  options.machine = machine_.model;
  options.store = options_.store;
  return [this, options] {
    return std::make_unique<WorkerEnvironment>(options, &suite_, &baselines_);
  };
}

}  // namespace weft
