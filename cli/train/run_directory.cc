#include "cli/train/run_directory.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <deque>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "absl/strings/str_cat.h"

namespace weft {
namespace {

namespace fs = std::filesystem;

// Nobody keeps more runs of one name; a loop that finds them all taken has another
// cause.
constexpr int kMaxRunsOfOneName = 100000;

absl::Status FileError(const std::string& what, const std::string& path,
                       const std::error_code& error) {
  return absl::UnavailableError(absl::StrCat(what, " ", path, ": ", error.message()));
}

// A reader sees the old file or the new one.
absl::Status WriteWhole(const std::string& path, const std::string& text) {
  const std::string temporary = path + ".tmp";
  {
    std::ofstream file(temporary);
    file << text;
    file.flush();
    if (!file) {
      return FileError("cannot write", temporary,
                       std::error_code(errno, std::generic_category()));
    }
  }
  std::error_code error;
  fs::rename(temporary, path, error);
  if (error) return FileError("cannot write", path, error);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<RunDirectory> RunDirectory::Create(const std::string& root,
                                                  const std::string& name) {
  std::error_code error;
  fs::create_directories(root, error);
  if (error) return FileError("cannot make", root, error);
  for (int attempt = 1; attempt <= kMaxRunsOfOneName; ++attempt) {
    const std::string path = attempt == 1 ? absl::StrCat(root, "/", name)
                                          : absl::StrCat(root, "/", name, "-", attempt);
    const bool made = fs::create_directory(path, error);
    if (error) return FileError("cannot make", path, error);
    if (!made) continue;
    fs::create_directory(path + "/logs", error);
    if (error) return FileError("cannot make", path + "/logs", error);
    return RunDirectory(path);
  }
  return absl::ResourceExhaustedError(
      absl::StrCat(root, " has ", kMaxRunsOfOneName, " runs called ", name));
}

absl::StatusOr<RunDirectory> RunDirectory::Open(const std::string& path) {
  RunDirectory run(path);
  std::error_code error;
  if (!fs::exists(run.config(), error)) {
    return absl::NotFoundError(
        absl::StrCat(path, " is not a training run: it has no config.yaml"));
  }
  fs::create_directories(path + "/logs", error);
  if (error) return FileError("cannot make", path + "/logs", error);
  return run;
}

absl::Status RunDirectory::CheckIdle() const {
  const std::string lock = path_ + "/learner.lock";
  const int fd = open(lock.c_str(), O_RDWR | O_CLOEXEC);
  if (fd < 0) return absl::OkStatus();  // No learner has been here yet.
  const bool idle = flock(fd, LOCK_EX | LOCK_NB) == 0;
  close(fd);
  if (idle) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat(path_, " is in use: a learner is running in it"));
}

absl::Status RunDirectory::WriteConfig(const std::string& yaml) const {
  return WriteWhole(config(), yaml);
}

absl::Status RunDirectory::WriteSummary(const std::string& json) const {
  return WriteWhole(summary(), json);
}

std::string RunDirectory::LogTail(const std::string& process, int lines) const {
  std::ifstream file(log(process));
  std::deque<std::string> tail;
  for (std::string line; std::getline(file, line);) {
    tail.push_back(line);
    if (static_cast<int>(tail.size()) > lines) tail.pop_front();
  }
  std::string text;
  for (const std::string& line : tail) absl::StrAppend(&text, "    ", line, "\n");
  return text;
}

}  // namespace weft
