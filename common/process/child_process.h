// A child process with its output in a log file.
#ifndef WEFT_COMMON_PROCESS_CHILD_PROCESS_H_
#define WEFT_COMMON_PROCESS_CHILD_PROCESS_H_

#include <sys/types.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace weft {

// How a process ended.
struct ExitStatus {
  int code = 0;    // Valid when signal is 0.
  int signal = 0;  // 0: it exited by itself.

  bool ok() const { return code == 0 && signal == 0; }
  // "exit code 3" or "signal 9 (Killed)".
  std::string ToString() const;
};

// Started with posix_spawn, which is safe beside gRPC's threads, in a process group of
// its own, so that Ctrl-C in the terminal reaches only the parent. Killed and reaped by
// the destructor if it still runs. Thread-compatible.
class ChildProcess {
 public:
  // argv[0] is the path of the program. Standard output and error are appended to
  // `log_path`; standard input is /dev/null.
  static absl::StatusOr<std::unique_ptr<ChildProcess>> Start(
      const std::vector<std::string>& argv, const std::string& log_path);
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  pid_t pid() const { return pid_; }

  // No effect once the process has been reaped.
  void Signal(int signal);

  // The exit status once the process has ended; nullopt while it runs.
  std::optional<ExitStatus> Poll();

  // Waits at most `timeout`; nullopt when it still runs then.
  std::optional<ExitStatus> Wait(absl::Duration timeout);

 private:
  explicit ChildProcess(pid_t pid) : pid_(pid) {}

  const pid_t pid_;
  std::optional<ExitStatus> exit_status_;
};

// Folder of the running executable, where its sibling programs are.
std::string ExecutableFolder();

// Asks the kernel to send this process SIGTERM when its parent dies, unless the parent
// is no longer `parent_pid`, in which case the process ends at once.
void DieWithParent(pid_t parent_pid);

}  // namespace weft

#endif  // WEFT_COMMON_PROCESS_CHILD_PROCESS_H_
