// A process that takes the place of a weft-worker and does what a real one must never
// do. usage: faulty_worker FAULT --fd N
#include <dirent.h>
#include <signal.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "common/wire/framing.h"
#include "weft/v1/worker.pb.h"

namespace {

constexpr absl::Duration kPatience = absl::Seconds(30);

// "fds=0,1,2,3 blocked=0 term=default": what this process inherited.
std::string Inherited() {
  std::string text = "fds=";
  DIR* folder = opendir("/proc/self/fd");
  for (int fd = 0; fd < 1024; ++fd) {
    if (fd == dirfd(folder)) continue;
    if (access(absl::StrCat("/proc/self/fd/", fd).c_str(), F_OK) == 0) {
      absl::StrAppend(&text, fd == 0 ? "" : ",", fd);
    }
  }
  closedir(folder);
  sigset_t blocked;
  sigprocmask(SIG_BLOCK, nullptr, &blocked);
  struct sigaction action;
  sigaction(SIGPIPE, nullptr, &action);
  absl::StrAppend(&text, " blocked=", sigismember(&blocked, SIGTERM),
                  " pipe=", action.sa_handler == SIG_DFL ? "default" : "other");
  return text;
}

void SendBytes(int fd, const std::string& bytes) {
  if (write(fd, bytes.data(), bytes.size()) < 0) _exit(9);
}

// Answers a machine probe with what was inherited, a load with an error, until the end
// of the socket.
int Behave(int fd) {
  weft::v1::WorkerRequest request;
  while (weft::ReadMessage(fd, &request, kPatience).ok()) {
    weft::v1::WorkerResponse response;
    if (request.has_probe_machine()) {
      response.mutable_probe_machine()->set_cpu(Inherited());
    } else {
      response.set_code(3);
      response.set_error("program.mlir:1:1: refused");
    }
    if (!weft::WriteMessage(fd, response, kPatience).ok()) return 1;
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  const std::string fault = argv[1];
  const int fd = std::atoi(argv[3]);
  if (fault == "exit at once") return 3;
  if (fault == "none") return Behave(fd);

  weft::v1::WorkerRequest request;
  if (!weft::ReadMessage(fd, &request, kPatience).ok()) return 4;
  if (fault == "crash") {
    signal(SIGSEGV, SIG_DFL);  // A sanitizer would turn it into an exit.
    raise(SIGSEGV);
  }
  if (fault == "hang") sleep(30);
  if (fault == "garbage") SendBytes(fd, std::string("\x04\0\0\0\xff\xff\xff\xff", 8));
  if (fault == "oversized") SendBytes(fd, std::string("\xff\xff\xff\xff", 4));
  if (fault == "half a frame") {
    SendBytes(fd, std::string("\x64\0\0\0half", 8));
    return 6;
  }
  if (fault == "another answer") {
    weft::v1::WorkerResponse response;
    response.mutable_reset();
    if (!weft::WriteMessage(fd, response, kPatience).ok()) return 5;
  }

  sleep(30);
  return 0;
}
