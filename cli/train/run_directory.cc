#include "cli/train/run_directory.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <deque>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/files/atomic_file.h"
#include "nlohmann/json.hpp"

namespace weft {
namespace {

namespace fs = std::filesystem;

// Nobody keeps more runs of one name; a loop that finds them all taken has another
// cause.
constexpr int kMaxRunsOfOneName = 100000;

}  // namespace

absl::StatusOr<RunDirectory> RunDirectory::Create(const std::string& root,
                                                  const std::string& name) {
  std::error_code error;
  fs::create_directories(root, error);
  if (error) return FileError("cannot make", root, error.value());
  for (int attempt = 1; attempt <= kMaxRunsOfOneName; ++attempt) {
    const std::string path = attempt == 1 ? absl::StrCat(root, "/", name)
                                          : absl::StrCat(root, "/", name, "-", attempt);
    const bool made = fs::create_directory(path, error);
    if (error) return FileError("cannot make", path, error.value());
    if (!made) continue;
    fs::create_directory(path + "/logs", error);
    if (error) return FileError("cannot make", path + "/logs", error.value());
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
  if (error) return FileError("cannot make", path + "/logs", error.value());
  return run;
}

absl::Status RunDirectory::CheckIdle(absl::Duration patience) const {
  const std::string lock = path_ + "/learner.lock";
  const int fd = open(lock.c_str(), O_RDWR | O_CLOEXEC);
  if (fd < 0) return absl::OkStatus();  // No learner has been here yet.
  const absl::Time deadline = absl::Now() + patience;
  bool idle = flock(fd, LOCK_EX | LOCK_NB) == 0;
  while (!idle && absl::Now() < deadline) {
    absl::SleepFor(absl::Milliseconds(50));
    idle = flock(fd, LOCK_EX | LOCK_NB) == 0;
  }
  close(fd);
  if (idle) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat(path_, " is in use: a learner is running in it"));
}

absl::Status RunDirectory::WriteConfig(const std::string& yaml) const {
  return WriteFileAtomically(config(), yaml);
}

absl::Status RunDirectory::WritePretrainingConfig(const std::string& yaml) const {
  return WriteFileAtomically(pretraining_config(), yaml);
}

std::string RunDirectory::environment() const {
  std::ifstream file(path_ + "/environment");
  std::string name;
  std::getline(file, name);
  return name;
}

int RunDirectory::iterations() const {
  std::ifstream file(path_ + "/metrics.jsonl");
  int iterations = 0;
  for (std::string line; std::getline(file, line);) {
    const auto json = nlohmann::json::parse(line, nullptr, false);
    if (json.is_object()) iterations = std::max(iterations, json.value("iteration", 0));
  }
  return iterations;
}

absl::Status RunDirectory::WriteSummary(const std::string& json) const {
  return WriteFileAtomically(summary(), json);
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
