#include "actor/rollout/policy_source.h"

#include <memory>
#include <utility>

#include "absl/types/optional.h"
#include "common/policy/torch_policy.h"
#include "spdlog/spdlog.h"

namespace weft {
namespace {

absl::StatusOr<std::shared_ptr<const Policy>> LoadPolicy(const PolicyOptions& options,
                                                         const Weights& weights) {
  absl::StatusOr<std::unique_ptr<TorchPolicy>> policy =
      TorchPolicy::Load(options, weights.bytes, weights.version);
  if (!policy.ok()) return policy.status();
  return std::shared_ptr<const Policy>(*std::move(policy));
}

}  // namespace

LatestPolicy::Fetch PullPolicyFrom(WeightsClient* client, const PolicyOptions& options,
                                   ActorMetrics* metrics, absl::Duration timeout) {
  return [=](uint64_t version) -> absl::StatusOr<std::shared_ptr<const Policy>> {
    absl::StatusOr<absl::optional<Weights>> weights =
        client->PullIfNewer(version, timeout);
    if (weights.ok() && !weights->has_value()) return nullptr;
    absl::StatusOr<std::shared_ptr<const Policy>> policy =
        weights.ok() ? LoadPolicy(options, **weights) : weights.status();
    if (!policy.ok()) {
      metrics->weight_pull_failures.Increment();
      spdlog::warn("cannot get weights newer than version {}: {}", version,
                   policy.status().ToString());
    }
    return policy;
  };
}

PolicyOfVersion::Fetch PullPolicyExactly(WeightsClient* client,
                                         const PolicyOptions& options,
                                         ActorMetrics* metrics,
                                         absl::Duration timeout) {
  return [=](uint64_t version) -> absl::StatusOr<std::shared_ptr<const Policy>> {
    const absl::StatusOr<Weights> weights = client->PullExactly(version, timeout);
    absl::StatusOr<std::shared_ptr<const Policy>> policy =
        weights.ok() ? LoadPolicy(options, *weights) : weights.status();
    if (!policy.ok()) metrics->weight_pull_failures.Increment();
    return policy;
  };
}

}  // namespace weft
