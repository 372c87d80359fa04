// A small network, a policy of it, and decisions that it made and replays.
#ifndef WEFT_TESTS_COMMON_POLICY_SMALL_NETWORK_H_
#define WEFT_TESTS_COMMON_POLICY_SMALL_NETWORK_H_

#include <gtest/gtest.h>

#include <memory>
#include <random>
#include <string>
#include <vector>

#include "common/policy/decision_batch.h"
#include "common/policy/network.h"
#include "common/policy/network_archive.h"
#include "common/policy/replay.h"
#include "common/policy/torch_policy.h"
#include "common/policy/torch_threads.h"
#include "tests/common/policy/random_masks.h"

namespace weft {

inline PolicyOptions SmallOptions() {
  PolicyOptions options;
  options.width = 32;
  options.layers = 2;
  return options;
}

// Weights far from the nearly uniform ones of a new network.
inline std::shared_ptr<PolicyNetwork> OpinionatedNetwork(uint64_t seed) {
  SetTorchThreads(1);
  const std::shared_ptr<PolicyNetwork> network =
      *PolicyNetwork::Create(SmallOptions(), seed);
  torch::NoGradGuard no_grad;
  for (auto& item : network->named_parameters()) {
    if (item.key().find("_out.weight") != std::string::npos) item.value().mul_(200);
  }
  return network;
}

inline std::unique_ptr<TorchPolicy> PolicyOf(const PolicyNetwork& network) {
  std::unique_ptr<TorchPolicy> policy = *TorchPolicy::Create(network.options());
  const absl::Status loaded = policy->LoadWeights(SerializeNetwork(network), 7);
  EXPECT_TRUE(loaded.ok()) << loaded;
  return policy;
}

struct Played {
  std::vector<Observation> observations;
  std::vector<Decision> decisions;
};

inline Played Play(const Policy& policy, int count, std::mt19937_64& random) {
  Played played;
  for (int i = 0; i < count; ++i) {
    played.observations.push_back(RandomObservation(random));
    played.decisions.push_back(
        policy.Decide(played.observations.back(), Selection::kSample, random));
  }
  return played;
}

inline Replay ReplayRange(PolicyNetwork& network, const Played& played, size_t begin,
                          size_t end) {
  std::vector<ActionParts> parts;
  std::vector<const Observation*> observations;
  std::vector<const ActionParts*> pointers;
  parts.reserve(end - begin);
  for (size_t i = begin; i < end; ++i) {
    observations.push_back(&played.observations[i]);
    parts.push_back(
        *Decompose(played.observations[i].mask, played.decisions[i].action));
    pointers.push_back(&parts.back());
  }
  return ReplayDecisions(
      network, MakeDecisionTensors(BatchTokens(observations), BatchParts(pointers)));
}

}  // namespace weft

#endif  // WEFT_TESTS_COMMON_POLICY_SMALL_NETWORK_H_
