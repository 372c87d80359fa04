// Acting, its agreement with replaying, and new weights.
#include "common/policy/torch_policy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "tests/common/policy/small_network.h"

namespace weft {
namespace {

using ::testing::HasSubstr;

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

}  // namespace
}  // namespace weft
