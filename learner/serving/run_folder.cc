#include "learner/serving/run_folder.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <system_error>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/files/atomic_file.h"
#include "learner/serving/summary.h"
#include "nlohmann/json.hpp"

namespace weft {
namespace {

namespace fs = std::filesystem;

bool HasFiles(const std::string& folder) {
  std::error_code error;
  return fs::exists(folder, error) && !fs::is_empty(folder, error);
}

absl::Status CreateFolder(const std::string& path) {
  std::error_code error;
  fs::create_directories(path, error);
  return error ? FileError("create", path, error.value()) : absl::OkStatus();
}

}  // namespace

absl::StatusOr<RunFolder> RunFolder::Open(const std::string& path) {
  if (absl::Status status = CreateFolder(path + "/best"); !status.ok()) return status;
  const std::string lock = path + "/learner.lock";
  const int fd = open(lock.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (fd < 0) return FileError("open", lock, errno);
  if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
    close(fd);
    return absl::FailedPreconditionError(
        absl::StrCat(lock, " is locked: another learner uses this run"));
  }
  // Whoever waits for a learner to serve must not find the address of an earlier one.
  std::error_code error;
  fs::remove(path + "/learner.json", error);
  return RunFolder(path, fd);
}

RunFolder::RunFolder(std::string path, int lock_fd)
    : path_(std::move(path)), lock_fd_(lock_fd) {}

RunFolder::RunFolder(RunFolder&& other) noexcept
    : path_(std::move(other.path_)), lock_fd_(std::exchange(other.lock_fd_, -1)) {}

RunFolder::~RunFolder() {
  if (lock_fd_ >= 0) close(lock_fd_);
}

bool RunFolder::HasEarlierRun() const {
  return HasFiles(checkpoints()) || HasFiles(trajectories());
}

absl::StatusOr<std::string> RunFolder::ReadEnvironment() const {
  const absl::StatusOr<std::string> text = ReadFile(path_ + "/environment");
  if (absl::IsNotFound(text.status())) return "";
  if (!text.ok()) return text.status();
  return std::string(absl::StripAsciiWhitespace(*text));
}

absl::Status RunFolder::WriteEnvironment(const std::string& environment) const {
  return WriteFileAtomically(path_ + "/environment", environment + "\n");
}

absl::Status RunFolder::WriteAddresses(const std::string& grpc_address,
                                       const std::string& admin_address) const {
  const nlohmann::ordered_json json = {{"grpc_address", grpc_address},
                                       {"admin_address", admin_address},
                                       {"pid", getpid()}};
  return WriteFileAtomically(path_ + "/learner.json", json.dump() + "\n");
}

absl::Status RunFolder::CutMetricsAfter(const RunState& state) const {
  const std::string path = path_ + "/metrics.jsonl";
  absl::StatusOr<std::string> text = ReadFile(path);
  if (absl::IsNotFound(text.status())) return absl::OkStatus();
  if (!text.ok()) return text.status();
  std::string kept;
  for (absl::string_view line : absl::StrSplit(*text, '\n', absl::SkipEmpty())) {
    const auto json = nlohmann::json::parse(line.begin(), line.end(), nullptr, false);
    if (!json.is_object()) break;  // A crash cut it off.
    const uint64_t iteration = json.value("iteration", uint64_t{0});
    const ValidationScore& last = state.last_validation;
    const bool known = json.contains("validation")
                           ? last.programs > 0 && iteration <= last.iteration
                           : iteration <= state.iteration;
    if (!known) continue;
    absl::StrAppend(&kept, line, "\n");
  }
  return WriteFileAtomically(path, kept);
}

absl::Status RunFolder::AppendMetrics(const std::string& line) const {
  const std::string path = path_ + "/metrics.jsonl";
  const int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (fd < 0) return FileError("open", path, errno);
  const off_t before = lseek(fd, 0, SEEK_END);
  absl::Status status = WriteAll(fd, line + "\n", path);
  // Half a line would spoil the next one, too.
  if (!status.ok() && before >= 0 && ftruncate(fd, before) != 0) {
    status = FileError("truncate", path, errno);
  }
  close(fd);
  return status;
}

absl::Status RunFolder::WriteBest(const std::string& program,
                                  const ProgramRecord& record) const {
  const std::string path = absl::StrCat(path_, "/best/", program, ".mlir");
  if (!record.module.empty()) {
    return WriteFileAtomically(
        path, BestScheduleComment(program, record.exported) + record.module);
  }
  std::error_code error;
  fs::remove(path, error);
  return error ? FileError("remove", path, error.value()) : absl::OkStatus();
}

absl::Status RunFolder::WriteSummary(const RunState& state) const {
  return WriteFileAtomically(path_ + "/summary.json", SummaryJson(state));
}

}  // namespace weft
