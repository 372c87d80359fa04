#include "learner/serving/entropy_watch.h"

#include "spdlog/spdlog.h"

namespace weft {

void EntropyWatch::Look(uint64_t iteration, const UpdateStats& update) {
  if (update.entropy_collapsed == collapsed_) return;
  collapsed_ = update.entropy_collapsed;
  if (collapsed_) {
    spdlog::warn(
        "entropy collapse in iteration {}: {:.4f} nats a decision, {:.4f} of what the "
        "masks allow, below ppo.entropy_alarm {}; the policy explores no more "
        "(ppo.target_entropy keeps a floor)",
        iteration, update.entropy, update.entropy_share, alarm_);
  } else {
    spdlog::info("the entropy is back in iteration {}: {:.4f} of what the masks allow",
                 iteration, update.entropy_share);
  }
}

}  // namespace weft
