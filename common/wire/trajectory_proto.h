// Between finished episodes as plain data and their messages in trajectory.proto.
//
// FromProto checks what the learner relies on; see schedule_proto.h for what lies
// below.
#ifndef WEFT_COMMON_WIRE_TRAJECTORY_PROTO_H_
#define WEFT_COMMON_WIRE_TRAJECTORY_PROTO_H_

#include <string>

#include "absl/status/statusor.h"
#include "common/schedule/trajectory.h"
#include "weft/v1/trajectory.pb.h"

namespace weft {

inline constexpr int kMaxTrajectoryBytes = 4 << 20;  // As one serialized message.
inline constexpr int kMaxScheduleModuleBytes = 1 << 20;
inline constexpr int kMaxProgramNameBytes = 128;

// Of a step, in natural-log units. A log probability is at most 0 but for rounding; a
// time ratio of e^100 is none, and actor.failure_reward is at least -100.
inline constexpr double kMinLogProbability = -1000;
inline constexpr double kMaxLogProbability = 1e-3;
inline constexpr double kMaxAbsoluteReward = 100;
inline constexpr double kMaxAbsoluteValue = 10000;

v1::Step ToProto(const Step& step);
// The action is legal under the observation's mask; the numbers are within the bounds
// above.
absl::StatusOr<Step> FromProto(const v1::Step& proto);

v1::Trajectory ToProto(const Trajectory& trajectory);
// 1 to kMaxActions steps of which exactly the last is terminal or ends in a failure; a
// sequence of at least 1; a program name that IsProgramName; reference times that are
// positive when the outcome is ok.
absl::StatusOr<Trajectory> FromProto(const v1::Trajectory& proto);

// Letters, digits, '_', '-', '.', not beginning with '.': safe as the name of a file.
bool IsProgramName(const std::string& name);

}  // namespace weft

#endif  // WEFT_COMMON_WIRE_TRAJECTORY_PROTO_H_
