#include "learner/checkpoint/checkpoint_file.h"

#include <cstdint>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "common/wire/crc32c.h"

namespace weft {
namespace {

constexpr absl::string_view kMagic = "WEFTCKPT";
constexpr uint32_t kFormatVersion = 1;

template <typename T>
void Put(T value, std::string* out) {
  out->append(reinterpret_cast<const char*>(&value), sizeof(value));
}

template <typename T>
bool Take(absl::string_view* bytes, T* value) {
  if (bytes->size() < sizeof(*value)) return false;
  std::memcpy(value, bytes->data(), sizeof(*value));
  bytes->remove_prefix(sizeof(*value));
  return true;
}

bool TakeString(absl::string_view* bytes, uint64_t length, std::string* value) {
  if (bytes->size() < length) return false;
  value->assign(bytes->data(), length);
  bytes->remove_prefix(length);
  return true;
}

absl::Status CheckEnvelope(absl::string_view bytes) {
  if (bytes.size() < kMagic.size() + 3 * sizeof(uint32_t)) {
    return absl::DataLossError(
        absl::StrCat("cut off: ", bytes.size(), " bytes are less than a header"));
  }
  if (bytes.substr(0, kMagic.size()) != kMagic) {
    return absl::DataLossError("not a checkpoint: the first 8 bytes are not WEFTCKPT");
  }
  uint32_t stored = 0;
  std::memcpy(&stored, bytes.data() + bytes.size() - sizeof(stored), sizeof(stored));
  const uint32_t computed = Crc32c(bytes.substr(0, bytes.size() - sizeof(stored)));
  if (stored != computed) {
    return absl::DataLossError(absl::StrCat(
        "corrupt or cut off: checksum ", absl::Hex(computed, absl::kZeroPad8),
        ", expected ", absl::Hex(stored, absl::kZeroPad8)));
  }
  return absl::OkStatus();
}

}  // namespace

std::string EncodeCheckpoint(const CheckpointSections& sections) {
  std::string out(kMagic);
  Put(kFormatVersion, &out);
  Put(static_cast<uint32_t>(sections.size()), &out);
  for (const auto& [name, bytes] : sections) {
    Put(static_cast<uint32_t>(name.size()), &out);
    Put(static_cast<uint64_t>(bytes.size()), &out);
    out += name;
    out += bytes;
  }
  Put(Crc32c(out), &out);
  return out;
}

absl::StatusOr<CheckpointSections> DecodeCheckpoint(absl::string_view bytes) {
  if (absl::Status status = CheckEnvelope(bytes); !status.ok()) return status;
  bytes.remove_prefix(kMagic.size());
  bytes.remove_suffix(sizeof(uint32_t));
  uint32_t version = 0;
  uint32_t count = 0;
  Take(&bytes, &version);
  Take(&bytes, &count);
  if (version != kFormatVersion) {
    return absl::DataLossError(
        absl::StrCat("format version ", version, ", expected ", kFormatVersion));
  }
  CheckpointSections sections;
  for (uint32_t i = 0; i < count; ++i) {
    uint32_t name_length = 0;
    uint64_t length = 0;
    std::string name;
    std::string contents;
    if (!Take(&bytes, &name_length) || !Take(&bytes, &length) ||
        !TakeString(&bytes, name_length, &name) ||
        !TakeString(&bytes, length, &contents)) {
      return absl::DataLossError(absl::StrCat("section ", i, " is cut off"));
    }
    sections[name] = std::move(contents);
  }
  if (!bytes.empty()) {
    return absl::DataLossError(
        absl::StrCat(bytes.size(), " bytes after the last section"));
  }
  return sections;
}

}  // namespace weft
