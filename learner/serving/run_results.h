// The results of a run on their way to its folder.
#ifndef WEFT_LEARNER_SERVING_RUN_RESULTS_H_
#define WEFT_LEARNER_SERVING_RUN_RESULTS_H_

#include <cstddef>
#include <deque>
#include <set>
#include <string>

#include "absl/status/status.h"
#include "learner/checkpoint/run_state.h"
#include "learner/serving/iteration_record.h"
#include "learner/serving/learner_metrics.h"
#include "learner/serving/run_folder.h"

namespace weft {

// Lines of metrics.jsonl and files of best/ that could not be written, such as on a
// full disk, are kept and written by a later Flush, lines in their order. At most
// kMaxWaitingLines wait; beyond that the oldest is given up, with an error in the log.
// Not thread-safe.
class RunResults {
 public:
  static constexpr size_t kMaxWaitingLines = 4096;  // About 3 MB.

  // Both must outlive it.
  RunResults(const RunFolder* folder, LearnerMetrics* metrics)
      : folder_(folder), metrics_(metrics) {}

  // These write nothing yet.
  // A JSON object with the key `iteration`.
  void AddLine(std::string line);
  void AddBest(const std::string& program) { stale_.insert(program); }

  // Writes all that waits; best/ as `state` has it. The first failure ends it, is
  // counted and returned, and leaves the rest waiting.
  absl::Status Flush(const RunState& state);

 private:
  absl::Status Write(const RunState& state);

  const RunFolder* const folder_;
  LearnerMetrics* const metrics_;
  std::deque<std::string> lines_;
  std::set<std::string> stale_;  // Programs whose file of best/ is not the newest.
};

}  // namespace weft

#endif  // WEFT_LEARNER_SERVING_RUN_RESULTS_H_
