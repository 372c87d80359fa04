#include "common/rpc/channel.h"

#include <utility>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/security/credentials.h"
#include "grpcpp/support/channel_arguments.h"

namespace weft {
namespace {

// gRPC 1.51 can abort (a reference count below zero) when the last channel ends, and
// the library with it, in the middle of a connection attempt, as happens when the
// learner is gone. A channel that nobody uses has no thread of its own, and a process
// makes few.
void KeepUntilExit(std::shared_ptr<grpc::Channel> channel) {
  static auto* mutex = new absl::Mutex();
  static auto* channels = new std::vector<std::shared_ptr<grpc::Channel>>();
  absl::MutexLock lock(mutex);
  channels->push_back(std::move(channel));
}

}  // namespace

std::shared_ptr<grpc::Channel> CreateRpcChannel(const std::string& address) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 100);
  // In spite of its name how long an attempt may take at least; attempts that failed
  // are repeated after the other two.
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 10'000);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 200);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, 20'000);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 10'000);
  // By default two pings without data are the last: who only waits would never notice.
  arguments.SetInt(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  // Channels of one process to one address would share a socket, and with it its fate.
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetMaxReceiveMessageSize(kMaxRpcMessageBytes);
  arguments.SetMaxSendMessageSize(kMaxRpcMessageBytes);
  std::shared_ptr<grpc::Channel> channel =
      grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments);
  KeepUntilExit(channel);
  return channel;
}

void SetDeadline(grpc::ClientContext* context, absl::Duration timeout) {
  context->set_deadline(absl::ToChronoTime(absl::Now() + timeout));
}

}  // namespace weft
