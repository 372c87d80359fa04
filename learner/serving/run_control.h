// What an operator may ask of a run.
#ifndef WEFT_LEARNER_SERVING_RUN_CONTROL_H_
#define WEFT_LEARNER_SERVING_RUN_CONTROL_H_

#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "weft/v1/admin.pb.h"

namespace weft {

// Thread-safe; no call waits.
class RunControl {
 public:
  using CheckpointDone =
      std::function<void(const absl::StatusOr<v1::CheckpointResponse>&)>;

  virtual ~RunControl() = default;
  virtual v1::GetStatusResponse GetStatus() = 0;
  // Calls `done` exactly once, from the training thread, when the checkpoint is on disk
  // or cannot be; at once with RESOURCE_EXHAUSTED when too many wait already.
  virtual void RequestCheckpoint(CheckpointDone done) = 0;
  virtual void RequestShutdown(const std::string& reason) = 0;
};

}  // namespace weft

#endif  // WEFT_LEARNER_SERVING_RUN_CONTROL_H_
