#include "actor/rollout/stream_messages.h"

#include "common/wire/trajectory_proto.h"
#include "spdlog/spdlog.h"

namespace weft {

v1::TrajectoryStreamRequest StreamMessage(const Trajectory& trajectory) {
  v1::TrajectoryStreamRequest request;
  *request.mutable_trajectory() = ToProto(trajectory);
  if (request.trajectory().schedule_module().size() > kMaxScheduleModuleBytes ||
      request.trajectory().ByteSizeLong() > kMaxTrajectoryBytes) {
    spdlog::warn("schedule of {} has {} bytes, too many to send; sending none",
                 trajectory.program, trajectory.schedule_module.size());
    request.mutable_trajectory()->clear_schedule_module();
  }
  return request;
}

v1::TrajectoryStreamRequest StreamMessage(const ValidationResult& result) {
  v1::TrajectoryStreamRequest request;
  v1::ValidationResult* message = request.mutable_validation();
  message->set_weights_version(result.task.weights_version);
  message->set_program(result.task.program);
  if (!result.trajectory.ok()) {
    message->set_error(result.trajectory.status().ToString());
    return request;
  }
  *message->mutable_trajectory() = ToProto(*result.trajectory);
  message->mutable_trajectory()->set_sequence(1);  // It is in no series.
  message->mutable_trajectory()->clear_schedule_module();
  return request;
}

}  // namespace weft
