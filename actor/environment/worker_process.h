// One child process at the other end of a socket: start, watch, kill, reap.
#ifndef WEFT_ACTOR_ENVIRONMENT_WORKER_PROCESS_H_
#define WEFT_ACTOR_ENVIRONMENT_WORKER_PROCESS_H_

#include <sys/types.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace weft {

// Runs `PATH ARGUMENTS... --fd 3`, where descriptor 3 is one end of a stream socket and
// fd() is the other. The child is started with posix_spawn, never fork, because a
// forked copy of a process with gRPC in it breaks both. It inherits no other descriptor
// beyond stdin
// (/dev/null), stdout and stderr (both the parent's stderr), has no signal blocked and
// every disposition default.
//
// A worker asks to be killed when the *thread* that started it ends (PR_SET_PDEATHSIG
// is per thread), so start it on a thread that lives at least as long.
//
// The destructor kills and reaps: no zombie and no orphan is left. Not thread-safe.
class WorkerProcess {
 public:
  // NOT_FOUND when there is no such program, RESOURCE_EXHAUSTED when descriptors or
  // processes ran out.
  static absl::StatusOr<std::unique_ptr<WorkerProcess>> Start(
      const std::string& path, const std::vector<std::string>& arguments = {});
  ~WorkerProcess();
  WorkerProcess(const WorkerProcess&) = delete;
  WorkerProcess& operator=(const WorkerProcess&) = delete;

  int fd() const { return fd_; }  // -1 once End was called.
  pid_t pid() const { return pid_; }

  // Closes the socket, gives the child `grace` to exit by itself, then sends SIGKILL.
  // Returns how it ended: "exited with status 1", "died of signal 11 (Segmentation
  // fault)" or "was killed". Later calls return the same.
  const std::string& End(absl::Duration grace);

 private:
  WorkerProcess(pid_t pid, int fd) : pid_(pid), fd_(fd) {}
  // Whether the child was reaped within `timeout`; `status` is then waitpid's.
  bool Reap(absl::Duration timeout, int* status);

  const pid_t pid_;
  int fd_;
  std::string end_;  // Empty while the child may run.
};

}  // namespace weft

#endif  // WEFT_ACTOR_ENVIRONMENT_WORKER_PROCESS_H_
