// Legal actions and their effects in the synthetic environment, as pure functions.
#ifndef WEFT_ACTOR_ENVIRONMENT_SYNTHETIC_EPISODE_H_
#define WEFT_ACTOR_ENVIRONMENT_SYNTHETIC_EPISODE_H_

#include "actor/environment/synthetic_program.h"
#include "common/schedule/action_mask.h"
#include "common/schedule/observation.h"

namespace weft {

// What may follow `history`, which has made `nest`; empty after a terminal action.
ActionMask SyntheticMask(const SyntheticProgram& program, const SyntheticNest& nest,
                         const Schedule& history);

// Applies a legal action.
void ApplyToNest(const Action& action, SyntheticNest* nest);

// Tokens of the state, by the Featurize of the real environment.
Observation Observe(const SyntheticProgram& program, const MachineModel& machine,
                    const SyntheticNest& nest, const Schedule& history);

struct SyntheticOptimum {
  double seconds = 0;
  Schedule schedule;
};
// Tries every legal schedule.
SyntheticOptimum SearchExhaustively(const SyntheticProgram& program,
                                    const MachineModel& machine);

}  // namespace weft

#endif  // WEFT_ACTOR_ENVIRONMENT_SYNTHETIC_EPISODE_H_
