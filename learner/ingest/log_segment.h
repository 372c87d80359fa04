// One file of the trajectory log: trajectories-FIRSTPOSITION.log.
#ifndef WEFT_LEARNER_INGEST_LOG_SEGMENT_H_
#define WEFT_LEARNER_INGEST_LOG_SEGMENT_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "learner/ingest/log_record.h"

namespace weft {

// What a segment file holds.
struct SegmentContents {
  // All that are whole. Where one is corrupt and others follow, its position is
  // missing.
  std::vector<LogRecord> records;
  uint64_t valid_bytes = 0;    // Of the file, up to the end of the last good record.
  uint64_t skipped_bytes = 0;  // Corrupt ones before that.
  uint64_t file_bytes = 0;
  std::string defect;  // What is wrong behind valid_bytes; empty if nothing.
};

// DATA_LOSS when the file is not a segment at all.
absl::StatusOr<SegmentContents> ReadSegment(const std::string& path);

// The newest segment, open for appending. Append and Truncate belong to one thread at a
// time; Sync may run beside them.
class LogSegment {
 public:
  // Creates the file whole, with `header` records already in it.
  static absl::Status Create(const std::string& path,
                             const std::vector<LogRecord>& header);
  // Opens it and cuts it to its first `bytes`.
  static absl::StatusOr<std::shared_ptr<LogSegment>> Open(const std::string& path,
                                                          uint64_t bytes);
  ~LogSegment();
  LogSegment(const LogSegment&) = delete;
  LogSegment& operator=(const LogSegment&) = delete;

  // All or nothing: after a failed write (RESOURCE_EXHAUSTED on a full disk) what
  // reached the file is cut off again, at the latest by the next call.
  absl::Status Append(absl::string_view bytes);
  // fdatasync.
  absl::Status Sync();

  uint64_t bytes() const { return bytes_; }

 private:
  LogSegment(int fd, std::string path, uint64_t bytes);
  absl::Status CutOffPartialWrite();

  const int fd_;
  const std::string path_;
  uint64_t bytes_;
  bool partial_write_ = false;
};

}  // namespace weft

#endif  // WEFT_LEARNER_INGEST_LOG_SEGMENT_H_
