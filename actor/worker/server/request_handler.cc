#include "actor/worker/server/request_handler.h"

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "actor/worker/server/program_requests.h"
#include "actor/worker/server/request_bounds.h"
#include "common/wire/schedule_proto.h"

namespace weft {
namespace {

constexpr double kMaxSeconds = 24 * 3600;

absl::Status Handle(const v1::LoadProgramRequest& request, WorkerSession* session,
                    v1::WorkerResponse* response) {
  absl::Status status = CheckSource(request.source(), "LoadProgramRequest.source");
  status.Update(CheckThreads(request.threads(), "LoadProgramRequest"));
  if (!status.ok()) return status;
  auto program = session->LoadProgram(request.name(), request.source(),
                                      ThreadsOf(request.threads()));
  if (!program.ok()) return program.status();
  v1::LoadProgramResponse* answer = response->mutable_load_program();
  answer->set_num_loops(static_cast<uint32_t>(program->num_loops));
  answer->set_anchor(program->anchor);
  answer->set_flops(program->flops);
  answer->set_bytes(program->bytes);
  for (const std::string& note : program->notes) answer->add_notes(note);
  return absl::OkStatus();
}

absl::Status Handle(const v1::ResetRequest&, WorkerSession* session,
                    v1::WorkerResponse* response) {
  absl::StatusOr<Observation> observation = session->Reset();
  if (!observation.ok()) return observation.status();
  *response->mutable_reset()->mutable_observation() = ToProto(*observation);
  return absl::OkStatus();
}

absl::Status Handle(const v1::StepRequest& request, WorkerSession* session,
                    v1::WorkerResponse* response) {
  absl::StatusOr<Action> action = FromProto(request.action());
  if (!action.ok()) return action.status();
  auto progress = session->Step(*action);
  if (!progress.ok()) return progress.status();
  *response->mutable_step()->mutable_observation() = ToProto(progress->observation);
  response->mutable_step()->set_done(progress->done);
  return absl::OkStatus();
}

absl::Status CheckSeconds(double seconds, const char* field) {
  if (seconds > 0 && seconds <= kMaxSeconds) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("MeasureRequest.", field, " is ", seconds,
                   ", expected 0 < seconds <= ", kMaxSeconds));
}

absl::StatusOr<MeasureSettings> SettingsOf(const v1::MeasureRequest& request) {
  absl::Status status =
      CheckSeconds(request.compile_timeout_seconds(), "compile_timeout_seconds");
  status.Update(CheckSeconds(request.run_timeout_seconds(), "run_timeout_seconds"));
  status.Update(CheckSeconds(request.timing_budget_seconds(), "timing_budget_seconds"));
  status.Update(CheckSeconds(request.lease_timeout_seconds(), "lease_timeout_seconds"));
  status.Update(CheckThreads(request.threads(), "MeasureRequest"));
  status.Update(CheckSource(request.confirm_schedule_module(),
                            "MeasureRequest.confirm_schedule_module"));
  if (!status.ok()) return status;
  if (request.lease_path().empty()) {
    return absl::InvalidArgumentError("MeasureRequest.lease_path is empty");
  }
  if (request.memory_limit_bytes() == 0) {
    return absl::InvalidArgumentError("MeasureRequest.memory_limit_bytes is 0");
  }
  MeasureSettings settings;
  settings.compile_timeout_seconds = request.compile_timeout_seconds();
  settings.run_timeout_seconds = request.run_timeout_seconds();
  settings.timing_budget_seconds = request.timing_budget_seconds();
  settings.memory_limit_bytes = request.memory_limit_bytes();
  settings.lease_timeout_seconds = request.lease_timeout_seconds();
  settings.lease_path = request.lease_path();
  settings.timing_cpu = request.timing_cpu();
  settings.threads = ThreadsOf(request.threads());
  return settings;
}

absl::Status Handle(const v1::MeasureRequest& request, WorkerSession* session,
                    v1::WorkerResponse* response) {
  absl::StatusOr<MeasureSettings> settings = SettingsOf(request);
  if (!settings.ok()) return settings.status();
  absl::StatusOr<Measurement> measurement =
      session->MeasureSchedule(*settings, request.confirm_schedule_module());
  if (!measurement.ok()) return measurement.status();
  *response->mutable_measure()->mutable_measurement() = ToProto(*measurement);
  return absl::OkStatus();
}

absl::Status Handle(const v1::MeasureProgramRequest& request, WorkerSession* session,
                    v1::WorkerResponse* response) {
  absl::StatusOr<MeasureSettings> settings = SettingsOf(request.limits());
  if (!settings.ok()) return settings.status();
  return HandleMeasureProgram(request, *settings, session, response);
}

absl::Status Handle(const v1::ExportRequest& request, WorkerSession* session,
                    v1::WorkerResponse* response) {
  auto exported = session->ExportSchedule(request.include_ir());
  if (!exported.ok()) return exported.status();
  v1::ExportResponse* answer = response->mutable_export_();
  answer->set_schedule_module(exported->schedule_module);
  answer->set_transformed_ir(exported->transformed_ir);
  return absl::OkStatus();
}

absl::Status Handle(const v1::ProbeMachineRequest& request, WorkerSession* session,
                    v1::WorkerResponse* response) {
  if (request.lease_path().empty()) {
    return absl::InvalidArgumentError("ProbeMachineRequest.lease_path is empty");
  }
  if (!(request.lease_timeout_seconds() > 0)) {
    return absl::InvalidArgumentError(
        "ProbeMachineRequest.lease_timeout_seconds must be > 0");
  }
  auto machine = session->ProbeMachine(
      request.lease_path(), request.lease_timeout_seconds(), request.timing_cpu());
  if (!machine.ok()) return machine.status();
  v1::ProbeMachineResponse* answer = response->mutable_probe_machine();
  answer->set_peak_flops(machine->limits.peak_flops);
  answer->set_memory_bandwidth(machine->limits.memory_bandwidth);
  answer->set_cache_bandwidth(machine->limits.cache_bandwidth);
  answer->set_l1_bytes(machine->limits.l1_bytes);
  answer->set_l2_bytes(machine->limits.l2_bytes);
  answer->set_l3_bytes(machine->limits.l3_bytes);
  answer->set_vector_bytes(machine->limits.vector_bytes);
  answer->set_vector_registers(machine->limits.vector_registers);
  answer->set_cpu(machine->cpu);
  return absl::OkStatus();
}

absl::Status Handle(const v1::FingerprintRequest&, WorkerSession* session,
                    v1::WorkerResponse* response) {
  absl::StatusOr<Fingerprint> fingerprint = session->FingerprintSchedule();
  if (!fingerprint.ok()) return fingerprint.status();
  v1::FingerprintResponse* answer = response->mutable_fingerprint();
  answer->set_ir(fingerprint->ir);
  answer->set_pipeline(fingerprint->pipeline);
  answer->set_compiler(fingerprint->compiler);
  answer->set_cpu(fingerprint->cpu);
  answer->set_protocol(fingerprint->protocol);
  return absl::OkStatus();
}

absl::Status Dispatch(const v1::WorkerRequest& request, WorkerSession* session,
                      v1::WorkerResponse* response) {
  switch (request.request_case()) {
    case v1::WorkerRequest::kLoadProgram:
      return Handle(request.load_program(), session, response);
    case v1::WorkerRequest::kCutProgram:
      return HandleCutProgram(request.cut_program(), session, response);
    case v1::WorkerRequest::kMeasureProgram:
      return Handle(request.measure_program(), session, response);
    case v1::WorkerRequest::kExportProgram:
      return HandleExportProgram(request.export_program(), session, response);
    case v1::WorkerRequest::kReset:
      return Handle(request.reset(), session, response);
    case v1::WorkerRequest::kStep:
      return Handle(request.step(), session, response);
    case v1::WorkerRequest::kMeasure:
      return Handle(request.measure(), session, response);
    case v1::WorkerRequest::kExport:
      return Handle(request.export_(), session, response);
    case v1::WorkerRequest::kProbeMachine:
      return Handle(request.probe_machine(), session, response);
    case v1::WorkerRequest::kFingerprint:
      return Handle(request.fingerprint(), session, response);
    case v1::WorkerRequest::REQUEST_NOT_SET:
      break;
  }
  return absl::UnimplementedError("the request is none that this worker knows");
}

// Protobuf's strings are UTF-8; a compiler's diagnostics need not be.
std::string AsAscii(absl::string_view text) {
  std::string ascii(text);
  for (char& character : ascii) {
    if (static_cast<unsigned char>(character) >= 0x80) character = '?';
  }
  return ascii;
}

}  // namespace

v1::WorkerResponse HandleRequest(const v1::WorkerRequest& request,
                                 WorkerSession* session) {
  v1::WorkerResponse response;
  const absl::Status status = Dispatch(request, session, &response);
  if (!status.ok()) {
    response.Clear();
    response.set_code(static_cast<int32_t>(status.code()));
    response.set_error(AsAscii(status.message()));
  }
  return response;
}

}  // namespace weft
