#include "benchmarks/schedules/torch_rival.h"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

namespace weft {

absl::StatusOr<std::unique_ptr<TorchRival>> TorchRival::Start(
    const TorchRivalOptions& options) {
  std::unique_ptr<TorchRival> rival(new TorchRival(options));
  if (absl::Status status = rival->StartProcess(); !status.ok()) return status;
  return rival;
}

absl::Status TorchRival::StartProcess() {
  std::vector<std::string> arguments;
  if (!options_.keep_openblas_settings) {
    arguments = {"-u", "OPENBLAS_CORETYPE", "-u", "OPENBLAS_L2_SIZE"};
  }
  for (const char* variable : {"OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"}) {
    arguments.push_back(absl::StrCat(variable, "=", options_.threads));
  }
  for (const std::string& argument :
       {options_.path, std::string("--threads"), absl::StrCat(options_.threads),
        std::string("--cpu"), absl::StrCat(options_.cpu), std::string("--lease"),
        options_.lease_path}) {
    arguments.push_back(argument);
  }
  absl::StatusOr<std::unique_ptr<WorkerProcess>> process =
      WorkerProcess::Start("/usr/bin/env", arguments);
  if (!process.ok()) return process.status();
  process_ = *std::move(process);
  return absl::OkStatus();
}

absl::Status TorchRival::EndProcess(absl::Duration grace, absl::string_view when) {
  const std::string end = process_->End(grace);
  process_ = nullptr;
  return absl::UnavailableError(absl::StrCat("schedules-torch ", end, when));
}

absl::StatusOr<nlohmann::json> TorchRival::Time(const std::string& program,
                                                double budget_seconds,
                                                absl::Duration timeout) {
  if (process_ == nullptr) {
    if (absl::Status status = StartProcess(); !status.ok()) return status;
  }
  const absl::Time deadline = absl::Now() + timeout;
  const std::string request = absl::StrCat(program, " ", budget_seconds, "\n");
  if (send(process_->fd(), request.data(), request.size(), MSG_NOSIGNAL) < 0) {
    return EndProcess(absl::Seconds(1), "");
  }
  std::string answer;
  while (answer.empty() || answer.back() != '\n') {
    const absl::Duration left = deadline - absl::Now();
    pollfd wait{process_->fd(), POLLIN, 0};
    if (left <= absl::ZeroDuration() ||
        poll(&wait, 1, static_cast<int>(absl::ToInt64Milliseconds(left))) <= 0) {
      // Its late answer must not be taken for that to the next request.
      EndProcess(absl::ZeroDuration(), "").IgnoreError();
      return absl::DeadlineExceededError(absl::StrCat("schedules-torch did not time ",
                                                      program, " in ",
                                                      absl::FormatDuration(timeout)));
    }
    char buffer[4096];
    const ssize_t bytes = recv(process_->fd(), buffer, sizeof(buffer), 0);
    if (bytes <= 0) {
      return EndProcess(absl::Seconds(1), absl::StrCat(" during ", program));
    }
    answer.append(buffer, static_cast<size_t>(bytes));
  }
  auto json = nlohmann::json::parse(answer, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) {
    return absl::DataLossError(absl::StrCat("schedules-torch answered ", answer));
  }
  return json;
}

}  // namespace weft
