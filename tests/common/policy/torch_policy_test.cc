// The network, its archive, and the agreement of acting and replaying.
#include "common/policy/torch_policy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "absl/strings/match.h"
#include "common/policy/decision_batch.h"
#include "common/policy/network.h"
#include "common/policy/network_archive.h"
#include "common/policy/replay.h"
#include "common/policy/torch_threads.h"
#include "tests/common/policy/random_masks.h"

namespace weft {
namespace {

using ::testing::HasSubstr;

PolicyOptions SmallOptions() {
  PolicyOptions options;
  options.width = 32;
  options.layers = 2;
  return options;
}

// Weights far from the nearly uniform ones of a new network.
std::shared_ptr<PolicyNetwork> OpinionatedNetwork(uint64_t seed) {
  SetTorchThreads(1);
  const std::shared_ptr<PolicyNetwork> network =
      *PolicyNetwork::Create(SmallOptions(), seed);
  torch::NoGradGuard no_grad;
  for (auto& item : network->named_parameters()) {
    if (item.key().find("_out.weight") != std::string::npos) item.value().mul_(200);
  }
  return network;
}

std::unique_ptr<TorchPolicy> PolicyOf(const PolicyNetwork& network) {
  std::unique_ptr<TorchPolicy> policy = *TorchPolicy::Create(network.options());
  const absl::Status loaded = policy->LoadWeights(SerializeNetwork(network), 7);
  EXPECT_TRUE(loaded.ok()) << loaded;
  return policy;
}

struct Played {
  std::vector<Observation> observations;
  std::vector<Decision> decisions;
};

Played Play(const Policy& policy, int count, std::mt19937_64& random) {
  Played played;
  for (int i = 0; i < count; ++i) {
    played.observations.push_back(RandomObservation(random));
    played.decisions.push_back(
        policy.Decide(played.observations.back(), Selection::kSample, random));
  }
  return played;
}

Replay ReplayRange(PolicyNetwork& network, const Played& played, size_t begin,
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

TEST(TorchPolicy, OnlyTakesLegalActionsUnderRandomMasks) {
  const auto policy = PolicyOf(*OpinionatedNetwork(1));
  std::mt19937_64 random(1);
  for (int i = 0; i < 500; ++i) {
    const Observation observation = RandomObservation(random);
    for (Selection selection : {Selection::kSample, Selection::kGreedy}) {
      const Decision decision = policy->Decide(observation, selection, random);
      EXPECT_TRUE(CheckLegal(observation.mask, decision.action).ok());
      EXPECT_LE(decision.log_probability, 0);
    }
  }
}

TEST(TorchPolicy, IsReplayedWithTheSameProbabilityEntropyAndValue) {
  const auto network = OpinionatedNetwork(2);
  std::mt19937_64 random(2);
  const Played played = Play(*PolicyOf(*network), 100, random);
  const Replay replay = ReplayRange(*network, played, 0, played.decisions.size());
  for (size_t i = 0; i < played.decisions.size(); ++i) {
    const auto row = static_cast<int64_t>(i);
    EXPECT_NEAR(replay.log_probability[row].item<float>(),
                played.decisions[i].log_probability, 1e-4);
    EXPECT_NEAR(replay.entropy[row].item<float>(), played.decisions[i].entropy, 1e-4);
    EXPECT_NEAR(replay.value[row].item<float>(), played.decisions[i].value, 1e-4);
  }
}

TEST(TorchPolicy, DecidesInABatchAsItDoesAlone) {
  const auto policy = PolicyOf(*OpinionatedNetwork(5));
  std::mt19937_64 random(5);
  std::vector<Observation> observations;
  for (int i = 0; i < 50; ++i) observations.push_back(RandomObservation(random));
  std::vector<const Observation*> pointers;
  for (const Observation& observation : observations) pointers.push_back(&observation);
  std::mt19937_64 alone(6), together(6);
  const std::vector<Decision> batch =
      policy->DecideAll(pointers, Selection::kSample, together);
  ASSERT_EQ(batch.size(), observations.size());
  for (size_t i = 0; i < batch.size(); ++i) {
    const Decision decision =
        policy->Decide(observations[i], Selection::kSample, alone);
    EXPECT_EQ(batch[i].action, decision.action) << i;
    EXPECT_NEAR(batch[i].log_probability, decision.log_probability, 1e-4);
    EXPECT_NEAR(batch[i].value, decision.value, 1e-4);
  }
  EXPECT_TRUE(policy->DecideAll({}, Selection::kSample, together).empty());
}

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

TEST(TorchPolicy, NamesTheEncodersWhenAskedForAnUnknownOne) {
  PolicyOptions options = SmallOptions();
  options.encoder = "gru";
  const absl::Status status = TorchPolicy::Create(options).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), HasSubstr("lstm"));
  EXPECT_THAT(std::string(status.message()), HasSubstr("gru"));
}

TEST(TorchPolicy, RefusesAnOddWidth) {
  PolicyOptions options = SmallOptions();
  options.width = 33;
  EXPECT_EQ(TorchPolicy::Create(options).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST(TorchPolicy, KeepsItsWeightsWhenNewOnesAreBroken) {
  const auto network = OpinionatedNetwork(8);
  const auto policy = PolicyOf(*network);
  std::mt19937_64 random(8);
  const Observation observation = RandomObservation(random);
  const float before = policy->Decide(observation, Selection::kGreedy, random).value;
  const std::string good = SerializeNetwork(*OpinionatedNetwork(9));
  PolicyOptions deeper = SmallOptions();
  deeper.layers = 3;
  const auto not_finite = OpinionatedNetwork(10);
  {
    torch::NoGradGuard no_grad;
    not_finite->named_parameters()["pool.weight"].fill_(
        std::numeric_limits<float>::quiet_NaN());
  }
  const std::vector<std::string> broken = {
      "", "not an archive", good.substr(0, good.size() / 2),
      SerializeNetwork(**PolicyNetwork::Create(deeper, 1)),
      SerializeNetwork(*not_finite)};
  for (const std::string& bytes : broken) {
    EXPECT_EQ(policy->LoadWeights(bytes, 9).code(), absl::StatusCode::kDataLoss);
    EXPECT_EQ(TorchPolicy::Load(SmallOptions(), bytes, 9).status().code(),
              absl::StatusCode::kDataLoss);
  }
  EXPECT_EQ(policy->version(), 7u);
  EXPECT_EQ(policy->Decide(observation, Selection::kGreedy, random).value, before);
}

TEST(TorchPolicy, DecidesAlikeWithWeightsFromTheStart) {
  const auto network = OpinionatedNetwork(14);
  const auto loaded =
      TorchPolicy::Load(SmallOptions(), SerializeNetwork(*network), 7).value();
  EXPECT_EQ(loaded->version(), 7u);
  std::mt19937_64 random(14);
  const Observation observation = RandomObservation(random);
  EXPECT_EQ(loaded->Decide(observation, Selection::kGreedy, random).value,
            PolicyOf(*network)->Decide(observation, Selection::kGreedy, random).value);
}

TEST(TorchPolicy, DecidesWhileWeightsAreSwapped) {
  const auto first = OpinionatedNetwork(11);
  const auto second = OpinionatedNetwork(12);
  std::mt19937_64 random(11);
  const Observation observation = RandomObservation(random);
  const float value_of_first =
      PolicyOf(*first)->Decide(observation, Selection::kGreedy, random).value;
  const float value_of_second =
      PolicyOf(*second)->Decide(observation, Selection::kGreedy, random).value;
  ASSERT_NE(value_of_first, value_of_second);
  const auto policy = PolicyOf(*first);
  std::thread reader([&] {
    std::mt19937_64 own(1);
    for (int i = 0; i < 300; ++i) {
      const float value = policy->Decide(observation, Selection::kSample, own).value;
      EXPECT_TRUE(value == value_of_first || value == value_of_second);
    }
  });
  const std::string weights[] = {SerializeNetwork(*first), SerializeNetwork(*second)};
  for (uint64_t i = 0; i < 20; ++i) {
    EXPECT_TRUE(policy->LoadWeights(weights[i % 2], i).ok());
  }
  reader.join();
  EXPECT_EQ(policy->version(), 19u);
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
