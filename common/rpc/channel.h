// Channels to Weft's own servers, and deadlines for what is called on them.
#ifndef WEFT_COMMON_RPC_CHANNEL_H_
#define WEFT_COMMON_RPC_CHANNEL_H_

#include <memory>
#include <string>

#include "absl/time/time.h"
#include "grpcpp/channel.h"
#include "grpcpp/client_context.h"

namespace weft {

// A trajectory is at most 4 MiB and a chunk of weights 1 MiB; the rest is framing.
inline constexpr int kMaxRpcMessageBytes = (4 << 20) + (64 << 10);

// An unencrypted channel to `address` (host:port). It reconnects by itself within 100
// to 200 ms of the server's return (gRPC's default lets a client wait for seconds), an
// attempt may take 10 s, and keepalive pings find a peer that vanished without closing
// within 30 s, also while nothing is sent. Thread-safe.
std::shared_ptr<grpc::Channel> CreateRpcChannel(const std::string& address);

// Every unary call has a deadline: without one, a call to a stuck server never returns.
void SetDeadline(grpc::ClientContext* context, absl::Duration timeout);

}  // namespace weft

#endif  // WEFT_COMMON_RPC_CHANNEL_H_
