// An actor process: environments, policy, slots and stream, from start to end.
#ifndef WEFT_ACTOR_ROLLOUT_ACTOR_H_
#define WEFT_ACTOR_ROLLOUT_ACTOR_H_

#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/config/options.h"

namespace weft {

struct ActorSettings {
  std::string learner_address;
  std::string actor_id;
  std::string run_directory;  // Empty: no actor-ID.json.
  std::string worker_path;
  absl::Duration connect_timeout = absl::Seconds(30);
  // Whether the process was asked to end. Waits a fraction of a second, no longer.
  std::function<bool()> stop_requested;
};

enum class ActorEnd {
  kOrderly,    // Everything was joined.
  kAbandoned,  // Episodes still run on their threads: leave with _exit, join nothing.
};

// Runs an actor until `stop_requested`, until the learner drains it, or until it cannot
// go on. An orderly end lets episodes in flight finish (10 s, then they are abandoned)
// and gives the outbox 5 s to be acknowledged.
//
// Errors, before any episode runs: a suite that is missing, empty or has a program that
// the worker refuses; a worker that does not start; an admin address that cannot be
// bound; no learner within connect_timeout. Later: no program can be measured, or the
// machine cannot run episodes (EpisodeSlot::kMaxErrors in a row).
absl::StatusOr<ActorEnd> RunActor(const TrainConfig& config,
                                  const ActorSettings& settings);

}  // namespace weft

#endif  // WEFT_ACTOR_ROLLOUT_ACTOR_H_
