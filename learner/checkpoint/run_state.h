// What a run has achieved so far: everything that the statistics of a resumed run need.
#ifndef WEFT_LEARNER_CHECKPOINT_RUN_STATE_H_
#define WEFT_LEARNER_CHECKPOINT_RUN_STATE_H_

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/schedule/trajectory.h"
#include "learner/checkpoint/checkpoint_file.h"
#include "learner/validation/validation_round.h"

namespace weft {

// A schedule that was measured with outcome OK, or none. Times in seconds.
struct MeasuredSchedule {
  double unscheduled_seconds = 0;  // Of the same trajectory.
  double seconds = 0;              // 0: none.
  double speedup = 1;              // unscheduled_seconds / seconds; 1 for none.
  std::string schedule;            // ToString.
};

// Whether an episode's schedule was compiled, checked and timed for it, and not looked
// up in the schedule store.
inline bool WasTimed(const Measurement& measurement) {
  return measurement.outcome == Outcome::kOk && !measurement.cached;
}

// What is known of a program's schedules.
struct ProgramRecord {
  MeasuredSchedule
      best;  // With unscheduled_seconds of any trajectory while there is none.
  // The best that came with its transform module, which can be exported: an actor sends
  // the text of its own best schedules only, and none that is too long.
  MeasuredSchedule exported;
  std::string module;  // Of `exported`; empty for none.
};

// Counts cover the trajectories trained on, in the order of the log, over all resumes.
// Not thread-safe.
struct RunState {
  // `environment` of the configuration; empty where it is not known, as at the start.
  std::string environment;
  uint64_t iteration = 0;
  uint64_t log_position =
      0;  // Everything up to it is trained on or counted as dropped.
  uint64_t episodes = 0;
  uint64_t env_steps = 0;
  double elapsed_seconds = 0;
  uint64_t entered_iteration = 0;                 // When `environment` was entered.
  double entered_seconds = 0;                     // elapsed_seconds, then.
  std::array<uint64_t, kNumOutcomes> outcomes{};  // Episodes by Outcome.
  uint64_t known = 0;  // Episodes with outcome OK whose time the schedule store knew.
  std::map<std::string, uint64_t> dropped;  // Trajectories by reason.
  std::map<std::string, ProgramRecord> programs;
  std::vector<float> rewards;  // Of each episode, in order.
  // Of the validation programs; without programs while there was no round.
  ValidationScore first_validation, best_validation, last_validation;

  // Goes on in this environment. What was achieved in another one says nothing about
  // this one and is forgotten: programs, episodes, rewards and outcomes. True when it
  // was another one.
  bool EnterEnvironment(const std::string& name);

  // Takes one episode that was trained on into the statistics.
  void CountEpisode(const Trajectory& trajectory);
  // Takes what was measured into its program's record, whether or not it was trained
  // on; true when there is a new schedule to export.
  bool RecordSchedule(const Trajectory& trajectory);

  uint64_t measurements() const;  // Episodes that were really timed (WasTimed).
  // Geometric mean over `programs` of the best speed-up; a program without counts as 1.
  double BestGeomeanSpeedup() const;
  // Of the episodes [begin, end) as fractions of all so far, such as 0 and 0.25; at
  // least one episode when there are any. 0 when there are none.
  double MeanReward(double begin, double end) const;

  // Adds the sections `run_state` (JSON) and `episode_rewards` (f32, little-endian).
  void Save(CheckpointSections* sections) const;
  // DATA_LOSS when a section is missing or is not what Save writes.
  static absl::StatusOr<RunState> Load(const CheckpointSections& sections);
};

}  // namespace weft

#endif  // WEFT_LEARNER_CHECKPOINT_RUN_STATE_H_
