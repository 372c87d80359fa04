#include "actor/rollout/policy_source.h"

#include <memory>
#include <utility>

#include "absl/types/optional.h"
#include "common/policy/torch_policy.h"
#include "spdlog/spdlog.h"

namespace weft {

LatestPolicy::Fetch PullPolicyFrom(WeightsClient* client, const PolicyOptions& options,
                                   ActorMetrics* metrics, absl::Duration timeout) {
  return [=](uint64_t version) -> absl::StatusOr<std::shared_ptr<const Policy>> {
    absl::StatusOr<absl::optional<Weights>> weights =
        client->PullIfNewer(version, timeout);
    absl::Status status = weights.status();
    if (status.ok() && !weights->has_value()) return nullptr;
    if (status.ok()) {
      absl::StatusOr<std::unique_ptr<TorchPolicy>> policy =
          TorchPolicy::Create(options);
      status = policy.ok()
                   ? (*policy)->LoadWeights((*weights)->bytes, (*weights)->version)
                   : policy.status();
      if (status.ok()) return std::shared_ptr<const Policy>(*std::move(policy));
    }
    metrics->weight_pull_failures.Increment();
    spdlog::warn("cannot get weights newer than version {}: {}", version,
                 status.ToString());
    return status;
  };
}

}  // namespace weft
