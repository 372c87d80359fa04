// A port for a server whose address must be known before it runs.
#ifndef WEFT_COMMON_RPC_FREE_PORT_H_
#define WEFT_COMMON_RPC_FREE_PORT_H_

#include "absl/status/statusor.h"

namespace weft {

// A TCP port of 127.0.0.1 that nobody listens on now. Somebody else may take it before
// the server does, so prefer port 0 where the address may come later. UNAVAILABLE when
// there is none.
absl::StatusOr<int> FreePort();

}  // namespace weft

#endif  // WEFT_COMMON_RPC_FREE_PORT_H_
