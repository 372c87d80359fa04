// Where a run stands, for whoever asks while it goes on.
#ifndef WEFT_LEARNER_SERVING_RUN_PROGRESS_H_
#define WEFT_LEARNER_SERVING_RUN_PROGRESS_H_

#include <array>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "learner/checkpoint/run_state.h"
#include "learner/serving/iteration_record.h"
#include "weft/v1/admin.pb.h"

namespace weft {

// Counts episodes as they are stored (RunState counts them when they are trained on)
// and keeps rates over the last minute. Thread-safe.
class RunProgress {
 public:
  explicit RunProgress(uint64_t target_iterations);

  // Goes on from a checkpoint; before anything is counted.
  void Resume(const RunState& state);

  void CountEpisode(const Trajectory& trajectory);
  // Call about once a second.
  void SampleRates(absl::Time now);
  void SetPhase(const std::string& phase);
  void FinishIteration(const IterationRecord& record);
  void FinishValidation(const ValidationScore& score, const ValidationScore& best);
  void SetFinished();

  // Seconds of the run, over all resumes.
  double elapsed_seconds(absl::Time now) const;
  // All fields but weights_version, connected_actors and queued_trajectories.
  v1::GetStatusResponse Snapshot(absl::Time now) const;

 private:
  struct Counts {
    uint64_t episodes = 0;
    uint64_t measurements = 0;
    uint64_t env_steps = 0;
  };
  struct Sample {
    absl::Time time;
    Counts counts;
  };

  double Elapsed(absl::Time now) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  double Eta() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void FillRates(absl::Time now, v1::GetStatusResponse* status) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const uint64_t target_iterations_;
  const absl::Time start_ = absl::Now();
  mutable absl::Mutex mutex_;
  double earlier_seconds_ ABSL_GUARDED_BY(mutex_) =
      0;  // Of the run before this process.
  uint64_t earlier_iterations_ ABSL_GUARDED_BY(mutex_) = 0;
  uint64_t iteration_ ABSL_GUARDED_BY(mutex_) = 0;
  Counts counts_ ABSL_GUARDED_BY(mutex_);
  std::array<uint64_t, kNumOutcomes> outcomes_ ABSL_GUARDED_BY(mutex_){};
  std::deque<Sample> samples_ ABSL_GUARDED_BY(mutex_);  // Of the last minute.
  std::optional<IterationRecord> last_ ABSL_GUARDED_BY(mutex_);
  ValidationScore validation_ ABSL_GUARDED_BY(mutex_);
  ValidationScore best_validation_ ABSL_GUARDED_BY(mutex_);
  double best_geomean_speedup_ ABSL_GUARDED_BY(mutex_) = 1;
  double iteration_seconds_ ABSL_GUARDED_BY(mutex_) = 0;  // Sum in this process.
  std::string phase_ ABSL_GUARDED_BY(mutex_) = "collecting";
  bool finished_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace weft

#endif  // WEFT_LEARNER_SERVING_RUN_PROGRESS_H_
