#include "learner/ppo/sealed_state.h"

#include <cstdint>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace weft {
namespace {

constexpr char kMagic[] = "weft-learner-state-1 ";
constexpr size_t kChecksumDigits = 16;

// FNV-1a, 64 bits (Fowler, Noll and Vo): any single changed byte changes it.
uint64_t Checksum(const char* data, size_t size) {
  uint64_t hash = 0xcbf29ce484222325;
  for (size_t i = 0; i < size; ++i) {
    hash = (hash ^ static_cast<uint8_t>(data[i])) * 0x100000001b3;
  }
  return hash;
}

std::string ChecksumText(const char* data, size_t size) {
  return absl::StrFormat("%016x", Checksum(data, size));
}

}  // namespace

std::string Seal(const std::string& payload) {
  return absl::StrCat(kMagic, ChecksumText(payload.data(), payload.size()), "\n",
                      payload);
}

absl::StatusOr<std::string> Unseal(const std::string& sealed) {
  const size_t magic_size = sizeof(kMagic) - 1;
  const size_t header_size = magic_size + kChecksumDigits + 1;
  if (!absl::StartsWith(sealed, kMagic) || sealed.size() < header_size) {
    return absl::DataLossError(absl::StrCat("learner state of ", sealed.size(),
                                            " bytes: expected it to begin with \"",
                                            kMagic, "\""));
  }
  const std::string expected = sealed.substr(magic_size, kChecksumDigits);
  const std::string got =
      ChecksumText(sealed.data() + header_size, sealed.size() - header_size);
  if (got != expected || sealed[header_size - 1] != '\n') {
    return absl::DataLossError(absl::StrCat("learner state of ", sealed.size(),
                                            " bytes: expected checksum ", expected,
                                            ", got ", got));
  }
  return sealed.substr(header_size);
}

}  // namespace weft
