#include "learner/ingest/log_record.h"

#include <cstring>

#include "absl/strings/str_cat.h"
#include "common/wire/crc32c.h"

namespace weft {
namespace {

constexpr size_t kHeaderBytes = 2 * sizeof(uint32_t);
// Type, position, sequence and two empty names.
constexpr size_t kLeastPayloadBytes = 1 + 2 * sizeof(uint64_t) + 2 * sizeof(uint16_t);
// A run that stores a million trajectories a second gets here after nine years.
constexpr uint64_t kMaxPosition = uint64_t{1} << 48;

template <typename T>
void Put(T value, std::string* out) {
  out->append(reinterpret_cast<const char*>(&value), sizeof(value));
}

void PutName(const std::string& name, std::string* out) {
  Put(static_cast<uint16_t>(name.size()), out);
  out->append(name);
}

template <typename T>
bool Take(absl::string_view* bytes, T* value) {
  if (bytes->size() < sizeof(*value)) return false;
  std::memcpy(value, bytes->data(), sizeof(*value));
  bytes->remove_prefix(sizeof(*value));
  return true;
}

// Whether a record could begin here, without its checksum, which may take a megabyte.
bool LooksLikeLogRecord(absl::string_view bytes, uint64_t position) {
  uint32_t length = 0;
  uint32_t checksum = 0;
  uint8_t type = 0;
  uint64_t found = 0;
  return Take(&bytes, &length) && Take(&bytes, &checksum) &&
         length >= kLeastPayloadBytes && length <= bytes.size() &&
         length <= kMaxLogRecordBytes && Take(&bytes, &type) && type >= 1 &&
         type <= 3 && Take(&bytes, &found) && found > position && found < kMaxPosition;
}

bool TakeName(absl::string_view* bytes, std::string* name) {
  uint16_t length = 0;
  if (!Take(bytes, &length) || bytes->size() < length) return false;
  name->assign(bytes->data(), length);
  bytes->remove_prefix(length);
  return true;
}

}  // namespace

std::string EncodeLogRecord(const LogRecord& record) {
  std::string payload;
  payload.reserve(record.body.size() + 256);
  Put(static_cast<uint8_t>(record.type), &payload);
  Put(record.position, &payload);
  Put(record.sequence, &payload);
  PutName(record.actor_id, &payload);
  PutName(record.actor_run_id, &payload);
  payload += record.body;
  std::string out;
  out.reserve(kHeaderBytes + payload.size());
  Put(static_cast<uint32_t>(payload.size()), &out);
  Put(Crc32c(payload), &out);
  out += payload;
  return out;
}

absl::StatusOr<LogRecord> TakeLogRecord(absl::string_view* bytes) {
  absl::string_view rest = *bytes;
  uint32_t length = 0;
  uint32_t checksum = 0;
  if (!Take(&rest, &length) || !Take(&rest, &checksum) || rest.size() < length) {
    return absl::DataLossError(
        absl::StrCat("cut off: ", bytes->size(), " bytes are less than a record"));
  }
  absl::string_view payload = rest.substr(0, length);
  if (length > kMaxLogRecordBytes || Crc32c(payload) != checksum) {
    return absl::DataLossError(
        absl::StrCat("a record of ", length, " bytes does not match its checksum"));
  }
  LogRecord record;
  uint8_t type = 0;
  if (!Take(&payload, &type) || !Take(&payload, &record.position) ||
      !Take(&payload, &record.sequence) || !TakeName(&payload, &record.actor_id) ||
      !TakeName(&payload, &record.actor_run_id) || type < 1 || type > 3) {
    return absl::DataLossError("a record with a valid checksum makes no sense");
  }
  record.type = static_cast<LogRecord::Type>(type);
  record.body.assign(payload.data(), payload.size());
  rest.remove_prefix(length);
  *bytes = rest;
  return record;
}

size_t FindLogRecord(absl::string_view bytes, uint64_t position) {
  for (size_t offset = 0; offset < bytes.size(); ++offset) {
    absl::string_view candidate = bytes.substr(offset);
    if (!LooksLikeLogRecord(candidate, position)) continue;
    const absl::StatusOr<LogRecord> record = TakeLogRecord(&candidate);
    if (record.ok() && record->position > position) return offset;
  }
  return absl::string_view::npos;
}

}  // namespace weft
