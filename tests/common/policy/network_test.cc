// The network, its archive, and replaying.
#include "common/policy/network.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "absl/strings/match.h"
#include "tests/common/policy/small_network.h"

namespace weft {
namespace {

using ::testing::HasSubstr;

TEST(PolicyNetwork, ASeparateCriticLeavesThePolicyAloneAndHasGradientsOfItsOwn) {
  PolicyOptions options = OpinionatedNetwork(7)->options();
  const auto shared = *PolicyNetwork::Create(options, 7);
  options.critic = "separate";
  const auto separate = *PolicyNetwork::Create(options, 7);
  for (const auto& item : shared->named_parameters()) {
    EXPECT_TRUE(torch::equal(item.value(), separate->named_parameters()[item.key()]))
        << item.key();
  }
  std::mt19937_64 random(7);
  const Played played = Play(*PolicyOf(*separate), 20, random);
  ReplayRange(*separate, played, 0, 20).value.sum().backward();
  for (const auto& item : separate->named_parameters()) {
    const bool of_critic = absl::StartsWith(item.key(), "critic_") ||
                           absl::StartsWith(item.key(), "value_");
    EXPECT_EQ(item.value().grad().defined(), of_critic) << item.key();
  }
  options.critic = "none";
  EXPECT_THAT(std::string(PolicyNetwork::Create(options, 7).status().message()),
              ::testing::HasSubstr("policy.critic"));
}

TEST(PolicyNetwork, KeepsItsValuesWhenTheirUnitChangesAndIsToldTo) {
  const auto network = OpinionatedNetwork(4);
  std::mt19937_64 random(4);
  const Played played = Play(*PolicyOf(*network), 20, random);
  network->SetValueUnit(-3, 2);
  const torch::Tensor before = ReplayRange(*network, played, 0, 20).value;
  network->SetValueUnit(5, 0.25, /*keep_values=*/true);
  EXPECT_EQ(network->value_shift(), 5);
  EXPECT_EQ(network->value_scale(), 0.25);
  EXPECT_TRUE(
      torch::allclose(ReplayRange(*network, played, 0, 20).value, before, 1e-4, 1e-4));
  network->SetValueUnit(-3, 2);
  EXPECT_FALSE(
      torch::allclose(ReplayRange(*network, played, 0, 20).value, before, 1e-4, 1e-4));
}

TEST(Replay, DoesNotDependOnWhatADecisionIsBatchedWith) {
  const auto network = OpinionatedNetwork(3);
  std::mt19937_64 random(3);
  const Played played = Play(*PolicyOf(*network), 40, random);
  const Replay together = ReplayRange(*network, played, 0, 40);
  for (int64_t i = 0; i < 40; ++i) {
    const Replay alone = ReplayRange(*network, played, i, i + 1);
    EXPECT_NEAR(alone.log_probability.item<float>(),
                together.log_probability[i].item<float>(), 1e-4);
    EXPECT_NEAR(alone.value.item<float>(), together.value[i].item<float>(), 1e-5);
  }
}

TEST(PolicyNetwork, GivesTheSameLogitsAloneAndPadded) {
  const auto network = OpinionatedNetwork(4);
  torch::NoGradGuard no_grad;
  const std::vector<int64_t> lengths = {3, 9, 5};
  const torch::Tensor features = torch::randn({3, 9, kTokenWidth});
  const torch::Tensor kinds = torch::ones({3, 9}, torch::kInt64);
  const auto padded =
      network->Encode(features, kinds, LayOut(torch::tensor(lengths), 9), 2);
  for (int64_t i = 0; i < 3; ++i) {
    const auto row = [&](const torch::Tensor& all) {
      return all.narrow(0, i, 1).narrow(1, 0, lengths[i]);
    };
    const auto alone = network->Encode(
        row(features), row(kinds), LayOut(torch::tensor({lengths[i]}), lengths[i]), 2);
    EXPECT_TRUE(torch::allclose(network->KindLogits(alone.pooled)[0],
                                network->KindLogits(padded.pooled)[i], 1e-4, 1e-5));
    EXPECT_TRUE(torch::allclose(
        network->SizeLogits(alone, torch::ones({1}, torch::kInt64))[0],
        network->SizeLogits(padded, torch::ones({3}, torch::kInt64))[i], 1e-4, 1e-5));
    EXPECT_TRUE(torch::allclose(network->OrderScores(alone)[0],
                                network->OrderScores(padded)[i], 1e-4, 1e-5));
  }
}

TEST(PolicyNetwork, LetsEveryTokenInfluenceThePooledVector) {
  const auto network = OpinionatedNetwork(5);
  torch::NoGradGuard no_grad;
  const torch::Tensor features = torch::randn({1, 6, kTokenWidth});
  const torch::Tensor kinds = torch::ones({1, 6}, torch::kInt64);
  const SequenceLayout length = LayOut(torch::tensor({int64_t{6}}), 6);
  const torch::Tensor before = network->Encode(features, kinds, length, 1).pooled;
  for (int64_t t = 0; t < 6; ++t) {
    torch::Tensor changed = features.clone();
    changed.select(1, t).add_(1);
    EXPECT_FALSE(
        torch::equal(network->Encode(changed, kinds, length, 1).pooled, before));
  }
}

TEST(PolicyNetwork, StartsNearlyUniform) {
  SetTorchThreads(1);
  const auto network = *PolicyNetwork::Create(SmallOptions(), 6);
  const auto policy = PolicyOf(*network);
  std::mt19937_64 random(6);
  for (int i = 0; i < 50; ++i) {
    const Observation observation = RandomObservation(random);
    const Decision decision = policy->Decide(observation, Selection::kSample, random);
    // The uniform log-probability of the same action.
    double expected = 0;
    const ActionParts parts = *Decompose(observation.mask, decision.action);
    const auto add = [&](const Part& part) {
      expected -= std::log(__builtin_popcount(part.legal));
    };
    add(parts.kind);
    if (parts.mode) add(*parts.mode);
    for (const Part& part : parts.sizes) add(part);
    for (const Part& part : parts.order) add(part);
    EXPECT_NEAR(decision.log_probability, expected, 0.5);
    EXPECT_NEAR(decision.entropy, -expected, 0.05);
  }
}

TEST(Replay, GivesIllegalOptionsNoProbabilityAndNoGradient) {
  const auto network = OpinionatedNetwork(7);
  Observation observation;
  observation.kinds = {TokenKind::kGlobal};
  observation.features.assign(kTokenWidth, 0.5f);
  observation.mask.kinds = 1u << static_cast<int>(ActionKind::kStop);
  Played played;
  played.observations.push_back(observation);
  played.decisions.emplace_back();
  const Replay replay = ReplayRange(*network, played, 0, 1);
  EXPECT_EQ(replay.log_probability.item<float>(), 0.0f);  // The only choice: certain.
  EXPECT_EQ(replay.entropy.item<float>(), 0.0f);
  (replay.log_probability.sum() + replay.entropy.sum()).backward();
  const torch::Tensor gradient = network->named_parameters()["kind_out.weight"].grad();
  ASSERT_TRUE(gradient.defined());
  EXPECT_EQ(gradient.abs().max().item<float>(), 0.0f);
}

// What a learner on a GPU computes with: logits of half precision, and what is made of
// log-probabilities that were cast to it.
TEST(Replay, GivesIllegalOptionsNoProbabilityInHalfPrecisionEither) {
  torch::manual_seed(6);
  const torch::Tensor illegal = torch::rand({200, 14}) < 0.6;
  illegal.select(1, 3).fill_(false);  // Something is always legal.
  const torch::Tensor logits = torch::randn({200, 14}) * 20;
  for (const auto type : {torch::kHalf, torch::kBFloat16, torch::kFloat32}) {
    const torch::Tensor log_probabilities =
        MaskedLogProbabilities(logits.to(type), illegal);
    EXPECT_TRUE(log_probabilities.isfinite().all().item<bool>()) << type;
    for (const auto cast : {torch::kHalf, torch::kBFloat16, torch::kFloat32}) {
      // LibTorch has no exponential of half precision on a CPU; its GPU kernels compute
      // in float32, too.
      const torch::Tensor probabilities =
          log_probabilities.to(cast).to(torch::kFloat32).exp().to(cast);
      EXPECT_TRUE((probabilities.masked_select(illegal) == 0).all().item<bool>())
          << "logits " << type << ", log-probabilities " << cast;
      EXPECT_TRUE(torch::allclose(probabilities.to(torch::kFloat32).sum(1),
                                  torch::ones({200}), 0, 0.05));
    }
  }
}

TEST(NetworkArchive, GivesBackTheSameNetworkAndTheSameBytes) {
  const auto network = OpinionatedNetwork(13);
  network->SetValueUnit(-3, 2);
  const std::string bytes = SerializeNetwork(*network);
  EXPECT_EQ(SerializeNetwork(**LoadNetwork(bytes, SmallOptions())), bytes);
  const auto copy = *PolicyNetwork::Create(SmallOptions(), 1);
  ASSERT_TRUE(DeserializeNetwork(bytes, copy.get()).ok());
  EXPECT_EQ(SerializeNetwork(*copy), bytes);
  EXPECT_EQ(copy->value_shift(), -3);
}

}  // namespace
}  // namespace weft
