#include "actor/worker/server/program_requests.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "actor/worker/server/request_bounds.h"
#include "common/wire/schedule_proto.h"

namespace weft {
namespace {

template <typename Request>
std::vector<std::string> SchedulesOf(const Request& request) {
  return {request.schedule_modules().begin(), request.schedule_modules().end()};
}

absl::StatusOr<std::string> Export(const v1::ExportProgramRequest& request,
                                   const TaskProgram& program) {
  const std::vector<std::string> schedules = SchedulesOf(request);
  absl::Status allowed = CheckThreads(request.threads(), "ExportProgramRequest");
  if (!allowed.ok()) return allowed;
  const int threads = ThreadsOf(request.threads());
  switch (request.form()) {
    case v1::ExportProgramRequest::FORM_ASSEMBLED_MLIR:
      return program.AssembledText();
    case v1::ExportProgramRequest::FORM_SCHEDULE_MODULE:
      return program.ScheduleText(schedules);
    case v1::ExportProgramRequest::FORM_SCHEDULED_MLIR:
      return program.ScheduledText(schedules);
    case v1::ExportProgramRequest::FORM_LLVM_IR:
      return program.LlvmText(schedules, threads);
    case v1::ExportProgramRequest::FORM_OBJECT:
      return program.Object(schedules, threads);
    default:
      return absl::InvalidArgumentError(
          absl::StrCat("ExportProgramRequest.form is ", request.form()));
  }
}

}  // namespace

absl::Status HandleCutProgram(const v1::CutProgramRequest& request,
                              WorkerSession* session, v1::WorkerResponse* response) {
  absl::Status allowed = CheckSource(request.source(), "CutProgramRequest.source");
  if (!allowed.ok()) return allowed;
  auto program = session->CutProgram(request.name(), request.source());
  if (!program.ok()) return program.status();
  v1::CutProgramResponse* answer = response->mutable_cut_program();
  answer->set_flops((*program)->flops());
  answer->set_bytes((*program)->bytes());
  for (const std::string& note : (*program)->notes()) answer->add_notes(note);
  for (const TaskDescription& task : (*program)->tasks()) {
    v1::ProgramTask* added = answer->add_tasks();
    added->set_name(task.name);
    added->set_source(task.source);
    added->set_anchor(task.anchor);
    added->set_calls(static_cast<uint32_t>(task.calls));
    added->set_flops(task.flops);
    added->set_bytes(task.bytes);
  }
  return absl::OkStatus();
}

absl::Status HandleMeasureProgram(const v1::MeasureProgramRequest& request,
                                  const MeasureSettings& settings,
                                  WorkerSession* session,
                                  v1::WorkerResponse* response) {
  const std::vector<std::string> schedules = SchedulesOf(request);
  auto measured = session->MeasureProgram(
      request.unscheduled() ? nullptr : &schedules, settings,
      request.alone() ? TimedBeside::kNothing : TimedBeside::kProgramAsItCame);
  if (!measured.ok()) return measured.status();
  v1::MeasureProgramResponse* answer = response->mutable_measure_program();
  *answer->mutable_measurement() = ToProto(measured->measurement);
  for (const std::string& fault : measured->faults) answer->add_faults(fault);
  return absl::OkStatus();
}

absl::Status HandleExportProgram(const v1::ExportProgramRequest& request,
                                 WorkerSession* session, v1::WorkerResponse* response) {
  auto program = session->cut_program();
  if (!program.ok()) return program.status();
  absl::StatusOr<std::string> content = Export(request, **program);
  if (!content.ok()) return content.status();
  response->mutable_export_program()->set_content(*std::move(content));
  return absl::OkStatus();
}

}  // namespace weft
