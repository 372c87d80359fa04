// One of the episodes that an actor has in flight: a thread's endless loop of episodes.
#ifndef WEFT_ACTOR_ROLLOUT_EPISODE_SLOT_H_
#define WEFT_ACTOR_ROLLOUT_EPISODE_SLOT_H_

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "actor/environment/environment.h"
#include "actor/rollout/actor_metrics.h"
#include "actor/rollout/best_schedules.h"
#include "actor/rollout/credit_pool.h"
#include "actor/rollout/latest_policy.h"
#include "actor/rollout/outbox.h"
#include "actor/rollout/policy_of_version.h"
#include "actor/rollout/program_rotation.h"
#include "actor/rollout/validation_desk.h"

namespace weft {

// What all slots of an actor share. Each part is thread-safe and outlives the slots.
struct SlotContext {
  CreditPool* credits = nullptr;
  Outbox* outbox = nullptr;
  LatestPolicy* policy = nullptr;
  ProgramRotation* programs = nullptr;
  BestSchedules* best = nullptr;
  ActorMetrics* metrics = nullptr;
  // Both null: no validation.
  ValidationDesk* validation = nullptr;
  PolicyOfVersion* validated_policy = nullptr;
};

// A validation task comes first, which costs no credit. Then, per episode: a credit,
// the newest policy, the next program, RunEpisode, the outbox. No credit is lost: one
// whose episode yields no trajectory goes back to the pool.
//
// A program that fails for good (FAILED_PRECONDITION, INVALID_ARGUMENT or NOT_FOUND at
// its reset) is excluded for all slots. Any other error is logged and the slot goes on
// after a pause that doubles; kMaxErrors in a row mean that the machine cannot run
// episodes.
class EpisodeSlot {
 public:
  static constexpr int kMaxErrors = 6;

  // `environment` must outlive the slot and belong to it alone.
  EpisodeSlot(const SlotContext& context, Environment* environment);

  // Runs until the credit pool drains (OK), no program is left (FAILED_PRECONDITION),
  // or kMaxErrors episodes in a row failed (the last error). Call once, on the slot's
  // thread.
  absl::Status Run();

 private:
  // OK also when there was nothing to do yet; an error is one of the episode.
  absl::Status RunOne();
  // False when there was no task.
  bool ValidateOne();
  void Deliver(Trajectory trajectory);
  void PauseAfterError(int errors);

  const SlotContext context_;
  Environment* const environment_;
  bool episode_finished_ = false;  // By the last RunOne.
};

}  // namespace weft

#endif  // WEFT_ACTOR_ROLLOUT_EPISODE_SLOT_H_
