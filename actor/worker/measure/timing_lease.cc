#include "actor/worker/measure/timing_lease.h"

#include <errno.h>
#include <sys/file.h>
#include <unistd.h>

#include <chrono>
#include <thread>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "actor/worker/measure/shared_file.h"
#include "common/time/stopwatch.h"

namespace weft {
namespace {

// A timing takes 100 ms, so that asking this often wastes 2 % at most.
constexpr std::chrono::milliseconds kPollInterval(2);

}  // namespace

absl::StatusOr<TimingLease> TimingLease::Acquire(const std::string& path,
                                                 double timeout_seconds) {
  const Stopwatch stopwatch;
  const absl::StatusOr<int> file = OpenSharedFile(path);
  if (!file.ok()) {
    return absl::Status(file.status().code(),
                        absl::StrCat("the timing lease: ", file.status().message()));
  }
  TimingLease lease(*file, 0);
  while (flock(*file, LOCK_EX | LOCK_NB) != 0) {
    if (errno == EINTR) continue;
    if (errno != EWOULDBLOCK) {
      return absl::ErrnoToStatus(errno,
                                 absl::StrCat("locking the timing lease ", path));
    }
    if (stopwatch.seconds() >= timeout_seconds) {
      return absl::DeadlineExceededError(absl::StrCat(
          "the timing lease ", path, " was not free within ", timeout_seconds, " s"));
    }
    std::this_thread::sleep_for(kPollInterval);
  }
  lease.waited_seconds_ = stopwatch.seconds();
  return lease;
}

TimingLease::TimingLease(int file, double waited_seconds)
    : file_(file), waited_seconds_(waited_seconds) {}

TimingLease::TimingLease(TimingLease&& other) noexcept
    : file_(std::exchange(other.file_, -1)), waited_seconds_(other.waited_seconds_) {}

TimingLease& TimingLease::operator=(TimingLease&& other) noexcept {
  std::swap(file_, other.file_);
  std::swap(waited_seconds_, other.waited_seconds_);
  return *this;
}

TimingLease::~TimingLease() {
  if (file_ >= 0) close(file_);
}

}  // namespace weft
