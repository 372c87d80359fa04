// A gRPC server with what every server of Weft has: health, reflection, limits.
#ifndef WEFT_COMMON_RPC_SERVER_H_
#define WEFT_COMMON_RPC_SERVER_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "grpcpp/server.h"

namespace weft {

// Serves from its start to its end. grpc.health.v1.Health answers SERVING until
// Shutdown. Thread-safe.
class RpcServer {
 public:
  // Listens on `address` (host:port; port 0 takes a free one), unencrypted. The
  // services must outlive the server. UNAVAILABLE when the address cannot be had:
  // another process listens on it, or the host is not this machine.
  static absl::StatusOr<std::unique_ptr<RpcServer>> Start(
      const std::string& address, const std::vector<grpc::Service*>& services);
  ~RpcServer();
  RpcServer(const RpcServer&) = delete;
  RpcServer& operator=(const RpcServer&) = delete;

  // host:port with the port that it really has.
  const std::string& address() const { return address_; }

  // Takes no new calls, and cancels those that are not done within `grace`. Returns
  // when every call has ended; a second call does nothing.
  void Shutdown(absl::Duration grace);

 private:
  RpcServer(std::unique_ptr<grpc::Server> server, std::string address);

  std::unique_ptr<grpc::Server> server_;
  std::string address_;
};

}  // namespace weft

#endif  // WEFT_COMMON_RPC_SERVER_H_
