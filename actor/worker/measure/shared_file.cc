#include "actor/worker/measure/shared_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>

#include "absl/strings/str_cat.h"

namespace weft {
namespace {

constexpr mode_t kEverybody = 0666;
constexpr mode_t kEverybodyReads = 0644;
// Between our finding no file and our creating one, somebody else can create or remove
// it; more often than this nobody does by accident.
constexpr int kOpenAttempts = 10;

// Closed on destruction.
class Descriptor {
 public:
  explicit Descriptor(int file) : file_(file) {}
  ~Descriptor() {
    if (file_ >= 0) close(file_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  int get() const { return file_; }
  int Release() {
    const int file = file_;
    file_ = -1;
    return file;
  }

 private:
  int file_;
};

// O_CREAT comes second and with O_EXCL: a kernel with fs.protected_regular refuses it
// for a file of another user in a folder like /tmp.
int OpenOrCreate(const std::string& path) {
  // A pipe that somebody put there must not block us.
  constexpr int kFlags = O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK;
  for (int attempt = 0; attempt < kOpenAttempts; ++attempt) {
    int file = open(path.c_str(), kFlags);
    if (file >= 0 || errno != ENOENT) return file;
    file = open(path.c_str(), kFlags | O_CREAT | O_EXCL, kEverybody);
    if (file >= 0 || errno != EEXIST) return file;
  }
  return -1;
}

absl::Status CheckRegular(const struct stat& found, const std::string& path) {
  if (S_ISREG(found.st_mode)) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat(path, " is not a regular file"));
}

absl::Status WriteAll(int file, const std::string& contents) {
  size_t written = 0;
  while (written < contents.size()) {
    const ssize_t count =
        write(file, contents.data() + written, contents.size() - written);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return absl::ErrnoToStatus(errno, "writing");
    written += static_cast<size_t>(count);
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<int> OpenSharedFile(const std::string& path) {
  Descriptor file(OpenOrCreate(path));
  if (file.get() < 0) {
    return absl::ErrnoToStatus(errno, absl::StrCat("opening ", path));
  }
  struct stat found = {};
  if (fstat(file.get(), &found) != 0) {
    return absl::ErrnoToStatus(errno, absl::StrCat("looking at ", path));
  }
  if (absl::Status status = CheckRegular(found, path); !status.ok()) return status;
  // The umask has taken bits away. Only the owner can give them back; who is not has
  // opened the file without.
  if ((found.st_mode & kEverybody) != kEverybody &&
      fchmod(file.get(), kEverybody) != 0 && errno != EPERM) {
    return absl::ErrnoToStatus(errno, absl::StrCat("setting the mode of ", path));
  }
  return file.Release();
}

absl::StatusOr<std::string> ReadSharedFile(const std::string& path, size_t max_bytes) {
  const Descriptor file(
      open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (file.get() < 0) {
    if (errno == ENOENT) return absl::NotFoundError(absl::StrCat("no file ", path));
    return absl::FailedPreconditionError(
        absl::ErrnoToStatus(errno, absl::StrCat("opening ", path)).message());
  }
  struct stat found = {};
  if (fstat(file.get(), &found) != 0) {
    return absl::ErrnoToStatus(errno, absl::StrCat("looking at ", path));
  }
  if (absl::Status status = CheckRegular(found, path); !status.ok()) return status;
  if ((found.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
    return absl::FailedPreconditionError(
        absl::StrCat(path, " can be written to by others than its owner"));
  }
  if (static_cast<size_t>(found.st_size) > max_bytes) {
    return absl::FailedPreconditionError(absl::StrCat(
        path, " has ", found.st_size, " bytes, at most ", max_bytes, " are expected"));
  }
  std::string contents(static_cast<size_t>(found.st_size), '\0');
  const ssize_t count = read(file.get(), contents.data(), contents.size());
  if (count < 0) return absl::ErrnoToStatus(errno, absl::StrCat("reading ", path));
  contents.resize(static_cast<size_t>(count));
  return contents;
}

absl::Status ReplaceSharedFile(const std::string& path, const std::string& contents) {
  std::string temporary = absl::StrCat(path, ".XXXXXX");
  const Descriptor file(mkostemp(temporary.data(), O_CLOEXEC));
  if (file.get() < 0) {
    return absl::ErrnoToStatus(errno, absl::StrCat("making a file beside ", path));
  }
  absl::Status status = WriteAll(file.get(), contents);
  if (status.ok() && fchmod(file.get(), kEverybodyReads) != 0) {
    status = absl::ErrnoToStatus(errno, "setting the mode");
  }
  if (status.ok() && std::rename(temporary.c_str(), path.c_str()) != 0) {
    status = absl::ErrnoToStatus(errno, "renaming");
  }
  if (status.ok()) return status;
  unlink(temporary.c_str());
  return absl::Status(status.code(),
                      absl::StrCat("replacing ", path, ": ", status.message()));
}

}  // namespace weft
