// What a person sees while a run goes on.
#ifndef WEFT_CLI_TRAIN_PROGRESS_H_
#define WEFT_CLI_TRAIN_PROGRESS_H_

#include <string>

#include "absl/time/time.h"
#include "weft/v1/admin.pb.h"

namespace weft {

// One line without a line end, such as
//   iter 5/20 | 160 episodes (4.2/s) | 3.9 timed/s | speed-up 5.1x, best 8.3x | ...
std::string ProgressLine(const v1::GetStatusResponse& status);

// Writes progress to standard error: one line that is rewritten in place on a terminal,
// else one line per iteration and a sign of life every half minute. Not thread-safe.
class ProgressDisplay {
 public:
  explicit ProgressDisplay(bool terminal) : terminal_(terminal) {}

  void Show(const v1::GetStatusResponse& status);
  // One step of what follows the training.
  void ShowStep(const std::string& text);
  // A line that stays, such as a restart.
  void Note(const std::string& text);
  // Leaves the last progress line on the screen.
  void Finish();

 private:
  const bool terminal_;
  bool line_open_ = false;
  uint64_t last_iteration_ = 0;
  absl::Time last_shown_ = absl::InfinitePast();
};

// "2h05m", "3m10s", "42s".
std::string HumanDuration(double seconds);

}  // namespace weft

#endif  // WEFT_CLI_TRAIN_PROGRESS_H_
