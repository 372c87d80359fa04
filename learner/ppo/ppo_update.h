// The gradient steps of one PPO update.
#ifndef WEFT_LEARNER_PPO_PPO_UPDATE_H_
#define WEFT_LEARNER_PPO_PPO_UPDATE_H_

#include <torch/types.h>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/config/options.h"
#include "learner/ppo/experience.h"
#include "learner/ppo/learner_state.h"
#include "learner/ppo/policy_loss.h"
#include "learner/ppo/ppo_learner.h"

namespace weft {

// Fills the log-probabilities and values of Experience::stale with those of `network`,
// by forward passes without gradient: about a third of the time of one epoch over these
// decisions.
void ReplayStaleDecisions(PolicyNetwork& network, torch::Device device,
                          const PpoOptions& options, Experience* experience);

// Trains over an experience with targets: epochs of minibatches, until the policy has
// moved beyond target_kl. One other thread builds the tensors of the minibatches to
// come. Takes from state->counters.random what the epochs that ran needed, whatever was
// built ahead.
//
// Fills the fields of UpdateStats that are about the loss, the gradient and the time.
// INTERNAL when a loss or gradient was not finite, with `state` somewhere on the way.
absl::StatusOr<UpdateStats> TrainEpochs(const Experience& experience,
                                        const PpoOptions& options,
                                        const LossSettings& settings,
                                        torch::Device device, LearnerState* state);

}  // namespace weft

#endif  // WEFT_LEARNER_PPO_PPO_UPDATE_H_
