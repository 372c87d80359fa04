// A network's parameters as LibTorch archive bytes, and back.
#ifndef WEFT_COMMON_POLICY_NETWORK_ARCHIVE_H_
#define WEFT_COMMON_POLICY_NETWORK_ARCHIVE_H_

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/policy/network.h"

namespace weft {

// A zip archive that Python's torch.jit.load opens too: its named_parameters() are
// those of common/policy/network.h, and the attribute weft_network tells the
// architecture. Parameters are stored as CPU tensors, wherever the network is. Equal
// networks give equal bytes.
std::string SerializeNetwork(const PolicyNetwork& network);

// The network of these bytes, on the CPU. INVALID_ARGUMENT for impossible options,
// DATA_LOSS when the bytes are not an archive, are of another architecture, or hold a
// value that is not finite.
absl::StatusOr<std::shared_ptr<PolicyNetwork>> LoadNetwork(
    const std::string& bytes, const PolicyOptions& options);

// Loads into `network`, which is unchanged where LoadNetwork has an error.
absl::Status DeserializeNetwork(const std::string& bytes, PolicyNetwork* network);

}  // namespace weft

#endif  // WEFT_COMMON_POLICY_NETWORK_ARCHIVE_H_
