// A schedule and the unscheduled program, timed against each other at one moment.
#ifndef WEFT_CLI_SIDE_BY_SIDE_H_
#define WEFT_CLI_SIDE_BY_SIDE_H_

#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/config/options.h"

namespace weft {

// What a run reports. The times that it has measured on its way were taken minutes
// apart, which is 5 % on some machines; these are minima of interleaved slices.
struct SideBySide {
  double unscheduled_seconds = 0;  // Both are > 0.
  double best_seconds = 0;
  int pairs = 0;           // That count, of the last attempt.
  bool disturbed = false;  // No pair was clean in any attempt: the ratio is a guess.

  double speedup() const { return unscheduled_seconds / best_seconds; }
};

struct SideBySideOptions {
  std::string worker_path;  // Of weft-worker.
  MeasureOptions measure;
  std::string log_path;  // What the workers print is appended here.
  // Of everything together: compiling, checking, waiting for the lease, timing, and
  // doing so again. An unscheduled program may need seconds for each of its four runs.
  absl::Duration limit = absl::Seconds(60);
};

// Compiles and checks the program at `program_path` and what the transform module at
// `schedule_path` makes of it, and times both in interleaved pairs, in a process of its
// own; again, at most twice, while not one pair is clean and the limit leaves as much
// time as the first took. A second or so for a kernel of milliseconds.
//
//   CANCELLED            `stop` turned true; the process was killed at once
//   DEADLINE_EXCEEDED    it took longer than `options.limit`; the process was killed
//   FAILED_PRECONDITION  the two could not be compared; the message says why
//   UNAVAILABLE          the process could not be started
absl::StatusOr<SideBySide> TimeSideBySide(const std::string& program_path,
                                          const std::string& schedule_path,
                                          const SideBySideOptions& options,
                                          const std::function<bool()>& stop);

}  // namespace weft

#endif  // WEFT_CLI_SIDE_BY_SIDE_H_
