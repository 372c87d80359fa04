// CRC-32C (Castagnoli, the polynomial of iSCSI, RFC 3720), which guards trajectories on
// disk, checkpoints, and weights on the wire.
#ifndef WEFT_COMMON_WIRE_CRC32C_H_
#define WEFT_COMMON_WIRE_CRC32C_H_

#include <cstdint>

#include "absl/strings/string_view.h"

namespace weft {

// The checksum of `bytes`; pass the checksum of what came before to go on with it.
// About 1 GB/s: eight table lookups for eight bytes. Pure and thread-safe.
uint32_t Crc32c(absl::string_view bytes, uint32_t before = 0);

}  // namespace weft

#endif  // WEFT_COMMON_WIRE_CRC32C_H_
