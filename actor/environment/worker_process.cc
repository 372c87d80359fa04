#include "actor/environment/worker_process.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "absl/cleanup/cleanup.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

namespace weft {
namespace {

// The descriptor of the socket in the child: the first after the standard ones.
constexpr int kChildFd = 3;
// SIGKILL ends a process at once unless the kernel holds it (disk, swap); a longer wait
// would stall the actor for a process that can do no more harm.
constexpr absl::Duration kKillWait = absl::Seconds(5);

absl::Status SystemError(int error, const std::string& what) {
  const std::string message = absl::StrCat(what, ": ", strerror(error));
  if (error == ENOENT || error == EACCES) return absl::NotFoundError(message);
  if (error == EMFILE || error == ENFILE || error == EAGAIN || error == ENOMEM) {
    return absl::ResourceExhaustedError(message);
  }
  return absl::InternalError(message);
}

std::string Describe(int status) {
  if (WIFSIGNALED(status)) {
    return absl::StrCat("died of signal ", WTERMSIG(status), " (",
                        strsignal(WTERMSIG(status)), ")");
  }
  return absl::StrCat("exited with status ", WEXITSTATUS(status));
}

// What the child inherits. Both objects must be destroyed by the caller.
int PrepareSpawn(int child_fd, posix_spawn_file_actions_t* files,
                 posix_spawnattr_t* attributes) {
  sigset_t none, all;
  sigemptyset(&none);
  sigfillset(&all);
  int error = posix_spawn_file_actions_addopen(files, 0, "/dev/null", O_RDONLY, 0);
  if (error == 0) error = posix_spawn_file_actions_adddup2(files, 2, 1);
  if (error == 0) error = posix_spawn_file_actions_adddup2(files, child_fd, kChildFd);
  if (error == 0) error = posix_spawn_file_actions_addclosefrom_np(files, kChildFd + 1);
  if (error == 0) error = posix_spawnattr_setsigmask(attributes, &none);
  if (error == 0) error = posix_spawnattr_setsigdefault(attributes, &all);
  if (error == 0) {
    error = posix_spawnattr_setflags(attributes,
                                     POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  }
  return error;
}

}  // namespace

absl::StatusOr<std::unique_ptr<WorkerProcess>> WorkerProcess::Start(
    const std::string& path, const std::vector<std::string>& arguments) {
  int ends[2];
  // CLOEXEC at creation: another thread may be starting a worker of its own right now.
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
    return SystemError(errno, "cannot create a socket for a worker");
  }
  absl::Cleanup close_child_end = [&] { close(ends[1]); };
  absl::Cleanup close_own_end = [&] { close(ends[0]); };

  std::vector<std::string> words = {path};
  words.insert(words.end(), arguments.begin(), arguments.end());
  words.insert(words.end(), {"--fd", absl::StrCat(kChildFd)});
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);

  posix_spawn_file_actions_t files;
  posix_spawnattr_t attributes;
  posix_spawn_file_actions_init(&files);
  posix_spawnattr_init(&attributes);
  absl::Cleanup destroy = [&] {
    posix_spawn_file_actions_destroy(&files);
    posix_spawnattr_destroy(&attributes);
  };
  pid_t pid = 0;
  int error = PrepareSpawn(ends[1], &files, &attributes);
  if (error == 0) {
    error = posix_spawn(&pid, path.c_str(), &files, &attributes, argv.data(), environ);
  }
  if (error != 0) return SystemError(error, absl::StrCat("cannot start worker ", path));
  std::move(close_own_end).Cancel();
  return std::unique_ptr<WorkerProcess>(new WorkerProcess(pid, ends[0]));
}

WorkerProcess::~WorkerProcess() { End(absl::ZeroDuration()); }

bool WorkerProcess::Reap(absl::Duration timeout, int* status) {
  const absl::Time deadline = absl::Now() + timeout;
  absl::Duration pause = absl::Microseconds(200);
  while (true) {
    const pid_t reaped = waitpid(pid_, status, WNOHANG);
    if (reaped == pid_) return true;
    if (reaped < 0 && errno != EINTR) {
      *status = 0;  // Someone else reaped it; there is nothing left to wait for.
      return true;
    }
    const absl::Time now = absl::Now();
    if (now >= deadline) return false;
    absl::SleepFor(std::min(pause, deadline - now));
    pause = std::min(pause * 2, absl::Milliseconds(5));
  }
}

const std::string& WorkerProcess::End(absl::Duration grace) {
  if (!end_.empty()) return end_;
  close(fd_);
  fd_ = -1;
  int status = 0;
  if (Reap(grace, &status)) {
    end_ = Describe(status);
    return end_;
  }
  kill(pid_, SIGKILL);
  end_ = Reap(kKillWait, &status) ? "was killed" : "cannot be killed";
  return end_;
}

}  // namespace weft
