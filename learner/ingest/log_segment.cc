#include "learner/ingest/log_segment.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/files/atomic_file.h"

namespace weft {
namespace {

constexpr absl::string_view kMagic = "WEFTLOG1";

}  // namespace

absl::StatusOr<SegmentContents> ReadSegment(const std::string& path) {
  absl::StatusOr<std::string> bytes = ReadFile(path);
  if (!bytes.ok()) return bytes.status();
  absl::string_view rest = *bytes;
  if (!absl::StartsWith(rest, kMagic)) {
    return absl::DataLossError(
        absl::StrCat(path, ": not a trajectory log: it does not begin with ", kMagic));
  }
  rest.remove_prefix(kMagic.size());
  SegmentContents contents;
  contents.file_bytes = bytes->size();
  uint64_t position = 0;
  while (!rest.empty()) {
    absl::StatusOr<LogRecord> record = TakeLogRecord(&rest);
    if (!record.ok()) {
      const size_t next = FindLogRecord(rest, position);
      if (next == absl::string_view::npos) {
        contents.defect = std::string(record.status().message());
        break;
      }
      contents.skipped_bytes += next;
      rest.remove_prefix(next);
      continue;
    }
    position = std::max(position, record->position);
    contents.records.push_back(*std::move(record));
  }
  contents.valid_bytes = bytes->size() - rest.size();
  return contents;
}

absl::Status LogSegment::Create(const std::string& path,
                                const std::vector<LogRecord>& header) {
  std::string bytes(kMagic);
  for (const LogRecord& record : header) bytes += EncodeLogRecord(record);
  return WriteFileAtomically(path, bytes);
}

absl::StatusOr<std::shared_ptr<LogSegment>> LogSegment::Open(const std::string& path,
                                                             uint64_t bytes) {
  const int fd = open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC);
  if (fd < 0) return FileError("open", path, errno);
  std::shared_ptr<LogSegment> segment(new LogSegment(fd, path, bytes));
  if (ftruncate(fd, static_cast<off_t>(bytes)) != 0) {
    return FileError("truncate", path, errno);
  }
  return segment;
}

LogSegment::LogSegment(int fd, std::string path, uint64_t bytes)
    : fd_(fd), path_(std::move(path)), bytes_(bytes) {}

LogSegment::~LogSegment() { close(fd_); }

absl::Status LogSegment::Append(absl::string_view bytes) {
  if (absl::Status status = CutOffPartialWrite(); !status.ok()) return status;
  if (absl::Status status = WriteAll(fd_, bytes, path_); !status.ok()) {
    partial_write_ = true;
    CutOffPartialWrite().IgnoreError();  // Tried again by the next Append.
    return status;
  }
  bytes_ += bytes.size();
  return absl::OkStatus();
}

absl::Status LogSegment::CutOffPartialWrite() {
  if (!partial_write_) return absl::OkStatus();
  if (ftruncate(fd_, static_cast<off_t>(bytes_)) != 0) {
    return FileError("truncate", path_, errno);
  }
  partial_write_ = false;
  return absl::OkStatus();
}

absl::Status LogSegment::Sync() {
  return fdatasync(fd_) == 0 ? absl::OkStatus() : FileError("fdatasync", path_, errno);
}

}  // namespace weft
