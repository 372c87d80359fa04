// What a GPU computes, against the CPU. Skipped where LibTorch sees no CUDA device.
#include <ATen/Context.h>
#include <gtest/gtest.h>
#include <torch/cuda.h>

#include <memory>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "common/policy/network.h"
#include "common/policy/network_archive.h"
#include "common/policy/replay.h"
#include "common/policy/torch_policy.h"
#include "learner/ppo/experience.h"
#include "tests/learner/ppo/small_learner.h"

namespace weft {
namespace {

class CudaTest : public ::testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    if (!torch::cuda::is_available()) GTEST_SKIP() << "no CUDA device";
    SetTorchThreads(1);
    options_.encoder = GetParam();
    options_.width = 64;
    options_.layers = 2;
  }

  std::vector<Trajectory> Play(const std::string& weights, uint64_t version) const {
    std::mt19937_64 random(7);
    return PlayEpisodes(*TorchPolicy::Load(options_, weights, version).value(),
                        /*environment_seed=*/1, 30, random);
  }

  PolicyOptions options_;
};

// Of a policy that has opinions: the initial one is nearly uniform.
std::shared_ptr<PolicyNetwork> Opinionated(const PolicyOptions& options) {
  std::shared_ptr<PolicyNetwork> network = PolicyNetwork::Create(options, 3).value();
  torch::NoGradGuard no_grad;
  for (auto& item : network->named_parameters()) {
    if (absl::EndsWith(item.key(), "_out.weight")) item.value().mul_(50);
  }
  return network;
}

double LargestDifference(const torch::Tensor& one, const torch::Tensor& other) {
  return (one.to(torch::kCPU) - other.to(torch::kCPU)).abs().max().item<double>();
}

TEST_P(CudaTest, ReplaysDecisionsAsTheCpuDoes) {
  at::globalContext().setAllowTF32CuDNN(false);  // As a learner does.
  torch::NoGradGuard no_grad;
  const auto network = Opinionated(options_);
  const std::vector<Trajectory> episodes = Play(SerializeNetwork(*network), 1);
  const Experience experience = GatherExperience(episodes, 1).value();
  std::vector<const ActionParts*> actions;
  for (const ActionParts& action : experience.actions) actions.push_back(&action);
  const DecisionTensors decisions =
      MakeDecisionTensors(BatchTokens(experience.observations), BatchParts(actions),
                          /*pinned=*/true);
  const Replay expected = ReplayDecisions(*network, decisions);

  network->to(torch::kCUDA);
  const DecisionTensors there = ToDevice(decisions, torch::kCUDA);
  const Replay exact = ReplayDecisions(*network, there);
  EXPECT_LT(LargestDifference(exact.log_probability, expected.log_probability), 1e-3);
  EXPECT_LT(LargestDifference(exact.entropy, expected.entropy), 1e-3);
  EXPECT_LT(LargestDifference(exact.value, expected.value), 1e-3);

  const Replay rough = ReplayDecisions(*network, there, Precision::kBf16);
  EXPECT_EQ(rough.log_probability.scalar_type(), torch::kFloat32);
  EXPECT_LT(LargestDifference(rough.log_probability, expected.log_probability), 0.5);
  EXPECT_LT(LargestDifference(rough.entropy, expected.entropy), 0.5);
  EXPECT_LT(LargestDifference(rough.value, expected.value), 0.5);
}

TEST_P(CudaTest, UpdatesSavesAndRestores) {
  for (const char* precision : {"float32", "bf16"}) {
    SCOPED_TRACE(precision);
    PpoOptions ppo = SmallBatches();
    ppo.precision = precision;
    const auto learner = PpoLearner::Create(options_, ppo, "cuda", 6, 1).value();
    const std::string before = learner->SerializeWeights().value();
    std::vector<Trajectory> episodes = Play(before, learner->version());
    episodes.front().weights_version = 0;  // Stale: its decisions are replayed.
    const UpdateStats stats = learner->Update(episodes).value();
    EXPECT_GT(stats.replayed, 0);
    EXPECT_LT(stats.approximate_kl, 0.5);
    const std::string after = learner->SerializeWeights().value();
    EXPECT_NE(after, before);

    const auto resumed = PpoLearner::Create(options_, ppo, "cuda", 6, 9).value();
    ASSERT_TRUE(resumed->RestoreState(learner->SerializeState().value()).ok());
    EXPECT_EQ(resumed->version(), learner->version());
    EXPECT_EQ(resumed->SerializeWeights().value(), after);
    EXPECT_TRUE(resumed->Update(Play(after, resumed->version())).ok());
  }
}

INSTANTIATE_TEST_SUITE_P(Encoders, CudaTest, ::testing::ValuesIn(EncoderNames()),
                         [](const auto& info) { return info.param; });

}  // namespace
}  // namespace weft
