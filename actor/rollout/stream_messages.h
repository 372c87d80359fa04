// What an actor sends on its stream to the learner.
#ifndef WEFT_ACTOR_ROLLOUT_STREAM_MESSAGES_H_
#define WEFT_ACTOR_ROLLOUT_STREAM_MESSAGES_H_

#include "actor/rollout/validation_desk.h"
#include "common/schedule/trajectory.h"
#include "weft/v1/trajectory.pb.h"

namespace weft {

// The text of a schedule is the only part that can be large; a trajectory that has too
// much of it goes without, as the episode still counts.
v1::TrajectoryStreamRequest StreamMessage(const Trajectory& trajectory);

// What became of a validation task; without the text of the schedule.
v1::TrajectoryStreamRequest StreamMessage(const ValidationResult& result);

}  // namespace weft

#endif  // WEFT_ACTOR_ROLLOUT_STREAM_MESSAGES_H_
