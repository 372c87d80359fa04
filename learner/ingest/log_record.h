// One record of the trajectory log and its bytes.
//
// On disk, little-endian: u32 length of the payload, u32 CRC-32C of the payload,
// payload. Payload: u8 type, u64 position, u64 sequence, u16 length and bytes of the
// actor id, the same of its run id, then the body: all that is left.
#ifndef WEFT_LEARNER_INGEST_LOG_RECORD_H_
#define WEFT_LEARNER_INGEST_LOG_RECORD_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace weft {

struct LogRecord {
  enum class Type : uint8_t {
    kTrajectory = 1,  // Body: a serialized weft.v1.Trajectory.
    kDropped = 2,     // Acknowledged, but not to be trained on. Body: the reason.
    kHighWater = 3,   // Carried over from older segments; no position, no body.
  };
  Type type = Type::kTrajectory;
  uint64_t position = 0;  // 1, 2, 3, ... over trajectories and drops; 0: high water.
  uint64_t sequence = 0;  // Of the trajectory within its actor run.
  std::string actor_id;
  std::string actor_run_id;
  std::string body;
};

// A trajectory is at most 4 MiB; a longer length is a sign of corruption.
inline constexpr size_t kMaxLogRecordBytes = (4 << 20) + 4096;

std::string EncodeLogRecord(const LogRecord& record);

// Takes the record at the front of `bytes`. DATA_LOSS, saying what is wrong and leaving
// `bytes` alone, when it is cut off or its checksum does not match.
absl::StatusOr<LogRecord> TakeLogRecord(absl::string_view* bytes);

// Where the first whole record of a position above `position` begins in `bytes`, at any
// offset, such as behind one that is corrupt; npos when there is none.
size_t FindLogRecord(absl::string_view bytes, uint64_t position);

}  // namespace weft

#endif  // WEFT_LEARNER_INGEST_LOG_RECORD_H_
