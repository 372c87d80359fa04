// Between gRPC's status and absl's: the codes are the same numbers, the messages
// travel. Pure and thread-safe.
#ifndef WEFT_COMMON_RPC_STATUS_H_
#define WEFT_COMMON_RPC_STATUS_H_

#include "absl/status/status.h"
#include "grpcpp/support/status.h"

namespace weft {

absl::Status FromGrpc(const grpc::Status& status);
grpc::Status ToGrpc(const absl::Status& status);

}  // namespace weft

#endif  // WEFT_COMMON_RPC_STATUS_H_
