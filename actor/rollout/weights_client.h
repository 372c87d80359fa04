// Pulls the policy's weights from the learner.
#ifndef WEFT_ACTOR_ROLLOUT_WEIGHTS_CLIENT_H_
#define WEFT_ACTOR_ROLLOUT_WEIGHTS_CLIENT_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "grpcpp/channel.h"
#include "weft/v1/weights.grpc.pb.h"

namespace weft {

struct Weights {
  uint64_t version = 0;
  std::string bytes;  // What TorchPolicy::LoadWeights takes.
};

// Thread-safe.
class WeightsClient {
 public:
  explicit WeightsClient(const std::shared_ptr<grpc::Channel>& channel);

  // The newest weights when they are newer than `version` (0: any), else nothing. Waits
  // for a connection within `timeout`, which is that of the whole call. DATA_LOSS when
  // the chunks are not one whole blob with the promised CRC-32C; else the call's
  // status.
  absl::StatusOr<absl::optional<Weights>> PullIfNewer(uint64_t version,
                                                      absl::Duration timeout);

  // This version and no other. NOT_FOUND when the learner does not keep it any more;
  // else as PullIfNewer.
  absl::StatusOr<Weights> PullExactly(uint64_t version, absl::Duration timeout);

 private:
  absl::StatusOr<absl::optional<Weights>> Pull(const v1::PullWeightsRequest& request,
                                               absl::Duration timeout);

  const std::unique_ptr<v1::WeightsService::Stub> stub_;
};

}  // namespace weft

#endif  // WEFT_ACTOR_ROLLOUT_WEIGHTS_CLIENT_H_
