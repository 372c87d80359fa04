#include "actor/worker/server/serve.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>

#include "actor/worker/server/request_handler.h"
#include "actor/worker/server/worker_session.h"
#include "common/wire/framing.h"
#include "spdlog/spdlog.h"

namespace weft {
namespace {

// An actor without work keeps its workers; one that forgot them does not keep them
// forever.
constexpr absl::Duration kIdleTimeout = absl::Hours(24);
constexpr absl::Duration kWriteTimeout = absl::Seconds(60);

void FollowParent() {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  signal(SIGINT, SIG_IGN);
}

// A response that is too large (a transformed program can be) is answered, too.
absl::Status Reply(int file, const v1::WorkerResponse& response) {
  if (response.ByteSizeLong() <= kMaxFrameBytes) {
    return WriteMessage(file, response, kWriteTimeout);
  }
  v1::WorkerResponse error;
  error.set_code(static_cast<int32_t>(absl::StatusCode::kResourceExhausted));
  error.set_error("the response is larger than a frame may be");
  return WriteMessage(file, error, kWriteTimeout);
}

}  // namespace

int Serve(int file) {
  FollowParent();
  // The children of measurements stay out of the conversation.
  if (fcntl(file, F_SETFD, FD_CLOEXEC) != 0) {
    spdlog::error("file descriptor {} is not open", file);
    return 1;
  }
  WorkerSession session;
  while (true) {
    v1::WorkerRequest request;
    absl::Status status = ReadMessage(file, &request, kIdleTimeout);
    if (absl::IsOutOfRange(status)) return 0;
    if (status.ok()) status = Reply(file, HandleRequest(request, &session));
    if (!status.ok()) {
      spdlog::error("giving up on the actor's socket: {}", status.ToString());
      return 1;
    }
  }
}

}  // namespace weft
