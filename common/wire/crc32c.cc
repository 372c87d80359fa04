#include "common/wire/crc32c.h"

#include <array>
#include <cstddef>
#include <cstring>

namespace weft {
namespace {

constexpr uint32_t kReversedPolynomial = 0x82f63b78;
constexpr int kSlices = 8;

// tables[k][b]: the effect of byte b followed by k zero bytes ("slicing by eight").
using Tables = std::array<std::array<uint32_t, 256>, kSlices>;

constexpr Tables MakeTables() {
  Tables tables{};
  for (uint32_t byte = 0; byte < 256; ++byte) {
    uint32_t crc = byte;
    for (int bit = 0; bit < 8; ++bit) {
      crc = (crc >> 1) ^ ((crc & 1) ? kReversedPolynomial : 0);
    }
    tables[0][byte] = crc;
  }
  for (int slice = 1; slice < kSlices; ++slice) {
    for (uint32_t byte = 0; byte < 256; ++byte) {
      const uint32_t shorter = tables[slice - 1][byte];
      tables[slice][byte] = (shorter >> 8) ^ tables[0][shorter & 0xff];
    }
  }
  return tables;
}

constexpr Tables kTables = MakeTables();

}  // namespace

uint32_t Crc32c(absl::string_view bytes, uint32_t before) {
  uint32_t crc = ~before;
  const char* next = bytes.data();
  size_t left = bytes.size();
  for (; left >= kSlices; next += kSlices, left -= kSlices) {
    uint8_t block[kSlices];
    std::memcpy(block, next, kSlices);
    for (int i = 0; i < 4; ++i) block[i] ^= static_cast<uint8_t>(crc >> (8 * i));
    crc = 0;
    for (int i = 0; i < kSlices; ++i) crc ^= kTables[kSlices - 1 - i][block[i]];
  }
  for (; left > 0; ++next, --left) {
    crc = (crc >> 8) ^ kTables[0][(crc ^ static_cast<uint8_t>(*next)) & 0xff];
  }
  return ~crc;
}

}  // namespace weft
