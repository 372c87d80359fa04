// An envelope that tells damaged bytes from whole ones.
#ifndef WEFT_LEARNER_PPO_SEALED_STATE_H_
#define WEFT_LEARNER_PPO_SEALED_STATE_H_

#include <string>

#include "absl/status/statusor.h"

namespace weft {

// Magic, a checksum, and the payload. LibTorch's reader does not check what it reads,
// so a flipped bit in a parameter would otherwise pass for training.
std::string Seal(const std::string& payload);

// DATA_LOSS when a byte was lost, added or changed.
absl::StatusOr<std::string> Unseal(const std::string& sealed);

}  // namespace weft

#endif  // WEFT_LEARNER_PPO_SEALED_STATE_H_
