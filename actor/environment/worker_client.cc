#include "actor/environment/worker_client.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/wire/framing.h"

namespace weft {
namespace {

// A worker whose socket has closed is on its way out; the grace lets it end by itself,
// so that its own signal is reported instead of ours.
constexpr absl::Duration kExitGrace = absl::Milliseconds(500);

// True when the response is one to this request (an error carries none).
bool Answers(const v1::WorkerRequest& request, const v1::WorkerResponse& response) {
  if (response.code() != 0) return true;
  switch (request.request_case()) {
    case v1::WorkerRequest::kLoadProgram:
      return response.has_load_program();
    case v1::WorkerRequest::kCutProgram:
      return response.has_cut_program();
    case v1::WorkerRequest::kMeasureProgram:
      return response.has_measure_program();
    case v1::WorkerRequest::kExportProgram:
      return response.has_export_program();
    case v1::WorkerRequest::kReset:
      return response.has_reset();
    case v1::WorkerRequest::kStep:
      return response.has_step();
    case v1::WorkerRequest::kMeasure:
      return response.has_measure();
    case v1::WorkerRequest::kExport:
      return response.has_export_();
    case v1::WorkerRequest::kProbeMachine:
      return response.has_probe_machine();
    case v1::WorkerRequest::kFingerprint:
      return response.has_fingerprint();
    case v1::WorkerRequest::REQUEST_NOT_SET:
      return false;
  }
  return false;
}

}  // namespace

const char* WorkerLossName(WorkerLoss loss) {
  switch (loss) {
    case WorkerLoss::kDied:
      return "died";
    case WorkerLoss::kDeadline:
      return "deadline";
    case WorkerLoss::kMalformed:
      return "malformed";
  }
  return "unknown";
}

WorkerClient::WorkerClient(std::string worker_path, std::vector<std::string> arguments)
    : worker_path_(std::move(worker_path)), arguments_(std::move(arguments)) {}

absl::Status WorkerClient::Start() {
  process_.reset();
  absl::StatusOr<std::unique_ptr<WorkerProcess>> started =
      WorkerProcess::Start(worker_path_, arguments_);
  if (!started.ok()) return started.status();
  process_ = *std::move(started);
  return absl::OkStatus();
}

absl::StatusOr<v1::WorkerResponse> WorkerClient::Call(const v1::WorkerRequest& request,
                                                      absl::Duration timeout) {
  const std::string name = RequestName(request);
  if (process_ == nullptr) {
    return absl::FailedPreconditionError(absl::StrCat("no worker runs for ", name));
  }
  if (request.ByteSizeLong() > kMaxFrameBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat(name, " has ", request.ByteSizeLong(), " bytes; at most ",
                     kMaxFrameBytes, " can be sent"));
  }
  const absl::Time deadline = absl::Now() + timeout;
  absl::Status status = WriteMessage(process_->fd(), request, timeout);
  v1::WorkerResponse response;
  if (status.ok()) {
    status = ReadMessage(process_->fd(), &response, deadline - absl::Now());
  }
  if (status.ok() && !Answers(request, response)) {
    status = absl::InvalidArgumentError("the response is not one to the request");
  }
  if (!status.ok()) return Lose(status, name);
  return response;
}

absl::Status WorkerClient::Lose(const absl::Status& cause, const std::string& request) {
  const std::string worker = absl::StrCat("worker ", process_->pid());
  const bool closed = absl::IsOutOfRange(cause) || absl::IsUnavailable(cause);
  const std::string end = process_->End(closed ? kExitGrace : absl::ZeroDuration());
  process_.reset();
  if (closed) {
    last_loss_ = WorkerLoss::kDied;
    return absl::UnavailableError(absl::StrCat(worker, " ", end, " during ", request));
  }
  if (absl::IsDeadlineExceeded(cause)) {
    last_loss_ = WorkerLoss::kDeadline;
    return absl::DeadlineExceededError(
        absl::StrCat(worker, " did not answer ", request, " in time and ", end, ": ",
                     absl::string_view(cause.message())));
  }
  last_loss_ = WorkerLoss::kMalformed;
  return absl::DataLossError(absl::StrCat(worker, " sent a malformed answer to ",
                                          request, " and ", end, ": ",
                                          absl::string_view(cause.message())));
}

absl::StatusOr<v1::WorkerResponse> WorkerClient::Ask(const v1::WorkerRequest& request,
                                                     absl::Duration timeout) {
  absl::StatusOr<v1::WorkerResponse> response = Call(request, timeout);
  if (!response.ok()) return response;
  if (absl::Status status = ResponseStatus(*response); !status.ok()) return status;
  return response;
}

absl::Status ResponseStatus(const v1::WorkerResponse& response) {
  if (response.code() == 0) return absl::OkStatus();
  return absl::Status(static_cast<absl::StatusCode>(response.code()), response.error());
}

std::string RequestName(const v1::WorkerRequest& request) {
  switch (request.request_case()) {
    case v1::WorkerRequest::kLoadProgram:
      return "load_program";
    case v1::WorkerRequest::kCutProgram:
      return "cut_program";
    case v1::WorkerRequest::kMeasureProgram:
      return "measure_program";
    case v1::WorkerRequest::kExportProgram:
      return "export_program";
    case v1::WorkerRequest::kReset:
      return "reset";
    case v1::WorkerRequest::kStep:
      return "step";
    case v1::WorkerRequest::kMeasure:
      return "measure";
    case v1::WorkerRequest::kExport:
      return "export";
    case v1::WorkerRequest::kProbeMachine:
      return "probe_machine";
    case v1::WorkerRequest::kFingerprint:
      return "fingerprint";
    case v1::WorkerRequest::REQUEST_NOT_SET:
      return "nothing";
  }
  return "nothing";
}

}  // namespace weft
