// Turns the learner's weights into policies.
#ifndef WEFT_ACTOR_ROLLOUT_POLICY_SOURCE_H_
#define WEFT_ACTOR_ROLLOUT_POLICY_SOURCE_H_

#include "absl/time/time.h"
#include "actor/rollout/actor_metrics.h"
#include "actor/rollout/latest_policy.h"
#include "actor/rollout/policy_of_version.h"
#include "actor/rollout/weights_client.h"
#include "common/config/options.h"

namespace weft {

// Pulls within `timeout` and loads what came into a network of its own, so that
// episodes in flight keep theirs. Failures are logged and counted. What is passed by
// pointer must outlive the function that is returned, which is thread-safe.
LatestPolicy::Fetch PullPolicyFrom(WeightsClient* client, const PolicyOptions& options,
                                   ActorMetrics* metrics, absl::Duration timeout);

// The same for one version and no other.
PolicyOfVersion::Fetch PullPolicyExactly(WeightsClient* client,
                                         const PolicyOptions& options,
                                         ActorMetrics* metrics, absl::Duration timeout);

}  // namespace weft

#endif  // WEFT_ACTOR_ROLLOUT_POLICY_SOURCE_H_
