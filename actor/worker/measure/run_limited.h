// Running code that may crash, hang or eat all memory, in a child process with limits.
#ifndef WEFT_ACTOR_WORKER_MEASURE_RUN_LIMITED_H_
#define WEFT_ACTOR_WORKER_MEASURE_RUN_LIMITED_H_

#include <array>
#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace weft {

// What the child is doing. Each phase has a wall-clock limit of its own; the child can
// enter a phase more than once, and its times add up.
enum class ChildPhase : uint8_t { kCompile = 0, kLease = 1, kRun = 2 };
inline constexpr int kNumChildPhases = 3;
const char* ChildPhaseName(ChildPhase phase);

struct ChildLimits {
  double compile_seconds = 20;
  double lease_seconds = 60;  // Waiting for the timing lease counts for nothing else.
  double run_seconds = 10;
  uint64_t memory_bytes = uint64_t{4}
                          << 30;  // Address space, what was inherited included.
  int threads = 1;                // That may use CPU time at once.

  double seconds(ChildPhase phase) const {
    return std::array<double, kNumChildPhases>{compile_seconds, lease_seconds,
                                               run_seconds}[static_cast<int>(phase)];
  }
};

// The child's end of the pipe to its parent. Its functions end the process when the
// parent is gone.
class ChildChannel {
 public:
  explicit ChildChannel(int pipe) : pipe_(pipe) {}
  void Enter(ChildPhase phase);
  // The result; at most kMaxChildResultBytes, and at most once.
  void Return(absl::string_view result);

 private:
  void Send(char tag, absl::string_view bytes);
  int pipe_;
};
inline constexpr size_t kMaxChildResultBytes = 1 << 20;

enum class ChildEnd : uint8_t {
  kReturned,     // It returned a result and exited with status 0.
  kExited,       // It exited without a result or with another status.
  kSignalled,    // It died of a signal that its own code raised.
  kTimedOut,     // It was killed at the limit of `phase`, or hit its limit of CPU time.
  kOutOfMemory,  // An allocation failed, or the system's out-of-memory killer came.
  kKilled,       // Somebody else ended it: SIGKILL, SIGTERM, SIGINT or SIGHUP.
  kNotSetUp,     // The system refused it what it needs before `body` begins.
};

struct ChildResult {
  ChildEnd end = ChildEnd::kExited;
  ChildPhase phase = ChildPhase::kCompile;  // The last one it was in.
  int code = 0;  // Exit status or signal; of kOutOfMemory SIGKILL when it was killed.
  std::string result;  // Of ChildChannel::Return.
  std::string errors;  // The last 4,000 bytes of its stderr.
  std::array<double, kNumChildPhases> seconds = {};
  int64_t peak_bytes = 0;  // Resident.

  // One line for a person: how it ended, where, and what it printed last.
  std::string Describe() const;
};

// Forks; the child runs `body`, starting in kCompile, and exits; it is dead and reaped
// when this returns. In the child, stdin and stdout are /dev/null, a std::new_handler
// exits as out of memory, there are no core dumps, and SIGKILL comes when the parent
// dies. The parent must have one thread. Costs about a millisecond more than `body`.
//
// An error only when the system has no pipe or process to give.
absl::StatusOr<ChildResult> RunLimited(const ChildLimits& limits,
                                       const std::function<void(ChildChannel&)>& body);

}  // namespace weft

#endif  // WEFT_ACTOR_WORKER_MEASURE_RUN_LIMITED_H_
