// The bytes of a checkpoint: named sections under one checksum.
//
// Layout, little-endian: the magic "WEFTCKPT", u32 format version, u32 number of
// sections; per section u32 length of its name, u64 length of its bytes, name, bytes;
// at the end u32 CRC-32C of everything before it.
#ifndef WEFT_LEARNER_CHECKPOINT_CHECKPOINT_FILE_H_
#define WEFT_LEARNER_CHECKPOINT_CHECKPOINT_FILE_H_

#include <map>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace weft {

using CheckpointSections = std::map<std::string, std::string>;

std::string EncodeCheckpoint(const CheckpointSections& sections);

// DATA_LOSS, saying what is wrong, for anything but the whole output of
// EncodeCheckpoint.
absl::StatusOr<CheckpointSections> DecodeCheckpoint(absl::string_view bytes);

}  // namespace weft

#endif  // WEFT_LEARNER_CHECKPOINT_CHECKPOINT_FILE_H_
