#include "cli/optimize/program_worker.h"

#include <utility>

#include "common/wire/schedule_proto.h"

namespace weft {
namespace {

constexpr absl::Duration kCutTimeout = absl::Seconds(60);
// A failed whole is followed by a measurement of each task, all within the limits of
// one; more than this many of them end the worker instead.
constexpr int kTasksInTime = 20;
constexpr int kAttempts = 3;

}  // namespace

ProgramWorker::ProgramWorker(std::string worker_path, const MeasureOptions& measure)
    : measure_(measure), worker_(std::move(worker_path)) {}

absl::StatusOr<v1::WorkerResponse> ProgramWorker::AskUntilAvailable(
    const v1::WorkerRequest& request, absl::Duration timeout) {
  absl::StatusOr<v1::WorkerResponse> response = worker_.Ask(request, timeout);
  for (int attempt = 1; attempt < kAttempts; ++attempt) {
    if (!absl::IsUnavailable(response.status())) break;
    if (!worker_.running()) {
      absl::Status status = worker_.Start();
      if (status.ok()) status = worker_.Ask(cut_, kCutTimeout).status();
      if (!status.ok()) return status;
    }
    response = worker_.Ask(request, timeout);
  }
  return response;
}

absl::StatusOr<Machine> ProgramWorker::Start() {
  if (absl::Status status = worker_.Start(); !status.ok()) return status;
  return ProbeMachine(worker_, measure_);
}

absl::StatusOr<v1::CutProgramResponse> ProgramWorker::Cut(const std::string& name,
                                                          const std::string& source) {
  cut_.mutable_cut_program()->set_name(name);
  cut_.mutable_cut_program()->set_source(source);
  absl::StatusOr<v1::WorkerResponse> response = worker_.Ask(cut_, kCutTimeout);
  if (!response.ok()) return response.status();
  return std::move(*response->mutable_cut_program());
}

absl::StatusOr<ProgramResult> ProgramWorker::Measure(
    const std::vector<std::string>* schedules, bool alone) {
  v1::WorkerRequest request;
  v1::MeasureProgramRequest* program = request.mutable_measure_program();
  program->set_alone(alone);
  program->set_unscheduled(schedules == nullptr);
  if (schedules != nullptr) {
    for (const std::string& schedule : *schedules) {
      program->add_schedule_modules(schedule);
    }
  }
  v1::MeasureRequest* limits = program->mutable_limits();
  limits->set_compile_timeout_seconds(measure_.compile_timeout_seconds);
  limits->set_run_timeout_seconds(measure_.run_timeout_seconds);
  limits->set_timing_budget_seconds(measure_.timing_budget_seconds);
  limits->set_memory_limit_bytes(measure_.memory_limit_mebibytes << 20);
  limits->set_lease_path(measure_.lease_path);
  limits->set_lease_timeout_seconds(measure_.lease_timeout_seconds);
  limits->set_timing_cpu(measure_.timing_cpu);
  limits->set_threads(
      static_cast<uint32_t>(schedules == nullptr ? 1 : measure_.threads));
  const absl::Duration once =
      absl::Seconds(measure_.compile_timeout_seconds + measure_.run_timeout_seconds +
                    measure_.lease_timeout_seconds);
  absl::StatusOr<v1::WorkerResponse> response =
      AskUntilAvailable(request, kTasksInTime * once);
  if (!response.ok()) return response.status();
  const v1::MeasureProgramResponse& answer = response->measure_program();
  absl::StatusOr<Measurement> measurement = FromProto(answer.measurement());
  if (!measurement.ok()) return measurement.status();
  return ProgramResult{*std::move(measurement),
                       {answer.faults().begin(), answer.faults().end()}};
}

absl::StatusOr<std::string> ProgramWorker::Export(
    v1::ExportProgramRequest::Form form, const std::vector<std::string>& schedules) {
  v1::WorkerRequest request;
  v1::ExportProgramRequest* program = request.mutable_export_program();
  program->set_form(form);
  program->set_threads(static_cast<uint32_t>(measure_.threads));
  for (const std::string& schedule : schedules) program->add_schedule_modules(schedule);
  absl::StatusOr<v1::WorkerResponse> response =
      worker_.Ask(request, absl::Seconds(measure_.compile_timeout_seconds));
  if (!response.ok()) return response.status();
  return std::move(*response->mutable_export_program()->mutable_content());
}

}  // namespace weft
