// The right to time something on this machine: one holder at a time.
#ifndef WEFT_ACTOR_WORKER_MEASURE_TIMING_LEASE_H_
#define WEFT_ACTOR_WORKER_MEASURE_TIMING_LEASE_H_

#include <string>

#include "absl/status/statusor.h"

namespace weft {

// An exclusive flock on a file. The kernel releases it when the last descriptor closes,
// so a holder that is killed gives it back at once and nobody has to clean up. Movable;
// the lease belongs to the process that acquired it and must not be carried through a
// fork. There is no queue: who asks first after a release gets it.
class TimingLease {
 public:
  // Waits up to `timeout_seconds`. DEADLINE_EXCEEDED when somebody else held it all the
  // time; else the error of opening or locking `path`, which is created when missing,
  // for all users of the machine (OpenSharedFile).
  static absl::StatusOr<TimingLease> Acquire(const std::string& path,
                                             double timeout_seconds);

  TimingLease(TimingLease&& other) noexcept;
  TimingLease& operator=(TimingLease&& other) noexcept;
  ~TimingLease();

  double waited_seconds() const { return waited_seconds_; }

 private:
  TimingLease(int file, double waited_seconds);

  int file_;
  double waited_seconds_;
};

}  // namespace weft

#endif  // WEFT_ACTOR_WORKER_MEASURE_TIMING_LEASE_H_
