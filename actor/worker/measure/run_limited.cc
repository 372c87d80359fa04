#include "actor/worker/measure/run_limited.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "actor/worker/measure/child_main.h"
#include "actor/worker/measure/oom_kills.h"
#include "common/time/stopwatch.h"

namespace weft {
namespace {

constexpr size_t kMaxErrorBytes = 4000;

// Both ends of a pipe, closed on destruction.
struct Pipe {
  int ends[2] = {-1, -1};
  ~Pipe() {
    CloseEnd(0);
    CloseEnd(1);
  }
  void CloseEnd(int end) {
    if (ends[end] >= 0) close(ends[end]);
    ends[end] = -1;
  }
  int reading() const { return ends[0]; }
  int writing() const { return ends[1]; }
};

// Follows one child from its messages: which phase it is in, for how long, its result.
class Supervisor {
 public:
  // `oom_kills` is OomKills() of before the child was made.
  Supervisor(const ChildLimits& limits, int64_t oom_kills, pid_t child, Pipe* channel,
             Pipe* errors)
      : limits_(limits),
        oom_kills_(oom_kills),
        child_(child),
        channel_(channel),
        errors_(errors) {}

  ChildResult Run() {
    while (channel_->reading() >= 0 || errors_->reading() >= 0) {
      const double left = limits_.seconds(result_.phase) - SecondsInPhase();
      if (left <= 0) {
        kill(child_, SIGKILL);
        killed_ = true;
        break;
      }
      pollfd entries[2] = {{channel_->reading(), POLLIN, 0},
                           {errors_->reading(), POLLIN, 0}};
      // Rounded up, lest the last millisecond be spent polling in a circle.
      const int wait = static_cast<int>(std::ceil(std::min(left, 3600.0) * 1000));
      if (poll(entries, 2, wait) <= 0) continue;
      if (entries[0].revents != 0) Receive(channel_, &bytes_);
      if (entries[1].revents != 0) Receive(errors_, &result_.errors);
      ParseMessages();
      TrimErrors();
    }
    result_.seconds[static_cast<int>(result_.phase)] = SecondsInPhase();
    Reap();
    return std::move(result_);
  }

 private:
  double SecondsInPhase() const {
    return result_.seconds[static_cast<int>(result_.phase)] + since_entry_.seconds();
  }

  static void Receive(Pipe* pipe, std::string* into) {
    char buffer[4096];
    const ssize_t count = read(pipe->reading(), buffer, sizeof(buffer));
    if (count > 0) {
      into->append(buffer, static_cast<size_t>(count));
    } else if (count == 0 || errno != EINTR) {
      pipe->CloseEnd(0);
    }
  }

  void ParseMessages() {
    ChildMessageHeader header;
    while (bytes_.size() >= sizeof(header)) {
      std::memcpy(&header, bytes_.data(), sizeof(header));
      if (header.size > kMaxChildResultBytes) {  // A corrupted child; it gets no say.
        channel_->CloseEnd(0);
        bytes_.clear();
        return;
      }
      if (bytes_.size() < sizeof(header) + header.size) return;
      Handle(header.tag, bytes_.substr(sizeof(header), header.size));
      bytes_.erase(0, sizeof(header) + header.size);
    }
  }

  void Handle(char tag, std::string content) {
    if (tag == 'r') {
      result_.result = std::move(content);
      returned_ = true;
    } else if (tag == 'p' && content.size() == 1 && content[0] >= 0 &&
               content[0] < kNumChildPhases) {
      result_.seconds[static_cast<int>(result_.phase)] = SecondsInPhase();
      result_.phase = static_cast<ChildPhase>(content[0]);
      since_entry_ = Stopwatch();
    }
  }

  void TrimErrors() {
    if (result_.errors.size() > kMaxErrorBytes) {
      result_.errors.erase(0, result_.errors.size() - kMaxErrorBytes);
    }
  }

  // The child has closed its pipes or was killed: it is about to exit, or did.
  void Reap() {
    int status = 0;
    rusage usage = {};
    while (true) {
      const pid_t reaped = wait4(child_, &status, killed_ ? 0 : WNOHANG, &usage);
      if (reaped == child_) break;
      if (reaped < 0 && errno != EINTR) return;
      if (reaped == 0) WaitOrKill();
    }
    result_.peak_bytes = int64_t{usage.ru_maxrss} * 1024;
    Classify(status);
  }

  // It closed its pipes without exiting, as only broken code does: the limit still
  // holds.
  void WaitOrKill() {
    if (SecondsInPhase() >= limits_.seconds(result_.phase)) {
      kill(child_, SIGKILL);
      killed_ = true;
    } else {
      poll(nullptr, 0, 1);
    }
  }

  void Classify(int status) {
    if (WIFEXITED(status)) {
      result_.code = WEXITSTATUS(status);
      result_.end = EndOfExit();
    } else {
      result_.code = WTERMSIG(status);
      result_.end = EndOfSignal();
    }
  }

  ChildEnd EndOfExit() const {
    if (result_.code == kOutOfMemoryExitStatus) return ChildEnd::kOutOfMemory;
    if (result_.code == kSetupFailedExitStatus) return ChildEnd::kNotSetUp;
    return returned_ && result_.code == 0 ? ChildEnd::kReturned : ChildEnd::kExited;
  }

  ChildEnd EndOfSignal() const {
    if (killed_ || result_.code == SIGXCPU) return ChildEnd::kTimedOut;
    switch (result_.code) {
      case SIGKILL:
        // The system counts its own kills; any other came from a person or a program.
        return OomKills() > oom_kills_ ? ChildEnd::kOutOfMemory : ChildEnd::kKilled;
      case SIGTERM:
      case SIGINT:
      case SIGHUP:
        return ChildEnd::kKilled;
      default:
        return ChildEnd::kSignalled;
    }
  }

  const ChildLimits& limits_;
  const int64_t oom_kills_;
  const pid_t child_;
  Pipe* const channel_;
  Pipe* const errors_;
  Stopwatch since_entry_;
  std::string bytes_;
  bool returned_ = false;
  bool killed_ = false;
  ChildResult result_;
};

}  // namespace

const char* ChildPhaseName(ChildPhase phase) {
  switch (phase) {
    case ChildPhase::kCompile:
      return "compiling";
    case ChildPhase::kLease:
      return "waiting for the timing lease";
    case ChildPhase::kRun:
      return "running";
  }
  return "unknown";
}

std::string ChildResult::Describe() const {
  std::string how;
  switch (end) {
    case ChildEnd::kReturned:
      how = "returned";
      break;
    case ChildEnd::kExited:
      how = absl::StrCat("exited with status ", code);
      break;
    case ChildEnd::kSignalled:
      how = absl::StrCat("died of signal ", code, " (", strsignal(code), ")");
      break;
    case ChildEnd::kTimedOut:
      how = absl::StrCat("was killed after ", seconds[static_cast<int>(phase)], " s");
      break;
    case ChildEnd::kOutOfMemory:
      how = "ran out of memory";
      break;
    case ChildEnd::kKilled:
      how = absl::StrCat("was ended from outside by signal ", code, " (",
                         strsignal(code), ")");
      break;
    case ChildEnd::kNotSetUp:
      how = "could not be set up";
      break;
  }
  const absl::string_view printed = absl::StripSuffix(errors, "\n");
  return absl::StrCat(how, " while ", ChildPhaseName(phase),
                      printed.empty() ? "" : ": ", printed);
}

absl::StatusOr<ChildResult> RunLimited(const ChildLimits& limits,
                                       const std::function<void(ChildChannel&)>& body) {
  Pipe channel;
  Pipe errors;
  if (pipe2(channel.ends, O_CLOEXEC) != 0 || pipe2(errors.ends, O_CLOEXEC) != 0) {
    return absl::ErrnoToStatus(errno, "no pipe for a child process");
  }
  const int64_t oom_kills = OomKills();
  const pid_t parent = getpid();
  const pid_t child = fork();
  if (child < 0) return absl::ErrnoToStatus(errno, "no child process");
  if (child == 0) ChildMain(parent, channel.writing(), errors.writing(), limits, body);
  channel.CloseEnd(1);
  errors.CloseEnd(1);
  return Supervisor(limits, oom_kills, child, &channel, &errors).Run();
}

}  // namespace weft
