#include "actor/rollout/episode_slot.h"

#include <memory>
#include <string>
#include <vector>

#include "actor/environment/synthetic_environment.h"
#include "actor/rollout/slot_threads.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace weft {
namespace {

constexpr absl::Duration kPatience = absl::Seconds(20);

// Random choices with a version, so that trajectories can say which weights acted.
class VersionedPolicy : public RandomPolicy {
 public:
  uint64_t version() const override { return 3; }
};

// The synthetic environment with programs that cannot be used and machines that fail.
class UnreliableEnvironment : public SyntheticEnvironment {
 public:
  UnreliableEnvironment(std::string refused, bool broken)
      : SyntheticEnvironment({}), refused_(std::move(refused)), broken_(broken) {}

  absl::StatusOr<Observation> Reset(const std::string& program) override {
    if (broken_) return absl::ResourceExhaustedError("no more processes");
    if (program == refused_) return absl::FailedPreconditionError("wrong_result");
    return SyntheticEnvironment::Reset(program);
  }

 private:
  const std::string refused_;
  const bool broken_;
};

class EpisodeSlotTest : public ::testing::Test {
 protected:
  EpisodeSlotTest()
      : metrics_(registry_), programs_(SyntheticEnvironment::Programs(), 1) {
    context_.credits = &credits_;
    context_.outbox = &outbox_;
    context_.policy = &policy_;
    context_.programs = &programs_;
    context_.best = &best_;
    context_.metrics = &metrics_;
    credits_.Open();
  }

  std::unique_ptr<SlotThreads> Start(int slots, const std::string& refused = "",
                                     bool broken = false) {
    return std::make_unique<SlotThreads>(
        context_,
        [refused, broken] {
          return std::make_unique<UnreliableEnvironment>(refused, broken);
        },
        slots);
  }

  // The next finished episode, acknowledged at once.
  std::shared_ptr<const Trajectory> TakeEpisode(absl::Duration timeout = kPatience) {
    std::shared_ptr<const Trajectory> next = outbox_.Next(timeout);
    if (next != nullptr) EXPECT_TRUE(outbox_.Acknowledge(next->sequence).ok());
    return next;
  }

  prometheus::Registry registry_;
  ActorMetrics metrics_;
  CreditPool credits_;
  Outbox outbox_{4};
  LatestPolicy policy_{
      [](uint64_t version) -> absl::StatusOr<std::shared_ptr<const Policy>> {
        if (version > 0) return nullptr;
        return std::make_shared<VersionedPolicy>();
      },
      absl::Milliseconds(5)};
  ProgramRotation programs_;
  BestSchedules best_;
  SlotContext context_;
};

TEST_F(EpisodeSlotTest, PlaysExactlyAsManyEpisodesAsItHasCredits) {
  const auto slots = Start(3);
  credits_.Add(10);
  for (int i = 0; i < 10; ++i) {
    const std::shared_ptr<const Trajectory> episode = TakeEpisode();
    ASSERT_NE(episode, nullptr);
    EXPECT_FALSE(episode->steps.empty());
    EXPECT_EQ(episode->weights_version, 3u);
    EXPECT_EQ(episode->measurement.outcome, Outcome::kOk);
  }
  EXPECT_EQ(TakeEpisode(absl::Milliseconds(100)), nullptr);
  credits_.Drain();
  EXPECT_TRUE(slots->WaitUntilEnded(kPatience));
  EXPECT_TRUE(slots->status().ok()) << slots->status();
}

TEST_F(EpisodeSlotTest, WithoutWeightsNoEpisodeStartsAndNoCreditIsLost) {
  LatestPolicy none(
      [](uint64_t) -> absl::StatusOr<std::shared_ptr<const Policy>> { return nullptr; },
      absl::Milliseconds(5));
  context_.policy = &none;
  const auto slots = Start(1);
  credits_.Add(1);
  EXPECT_EQ(TakeEpisode(absl::Milliseconds(100)), nullptr);
  credits_.Drain();
  ASSERT_TRUE(slots->WaitUntilEnded(kPatience));
  EXPECT_EQ(credits_.available(), 1u);
}

TEST_F(EpisodeSlotTest, AFullOutboxHoldsEpisodesBackAndDropsNone) {
  const auto slots = Start(2);
  credits_.Add(12);
  std::vector<uint64_t> sequences;
  for (int i = 0; i < 12; ++i) {
    EXPECT_LE(outbox_.depth(), outbox_.capacity());
    const std::shared_ptr<const Trajectory> episode = TakeEpisode();
    ASSERT_NE(episode, nullptr);
    sequences.push_back(episode->sequence);
  }
  EXPECT_EQ(sequences.back(), 12u);
  credits_.Drain();
  EXPECT_TRUE(slots->WaitUntilEnded(kPatience));
}

TEST_F(EpisodeSlotTest,
       AProgramThatCannotBeMeasuredIsExcludedAndItsCreditUsedElsewhere) {
  const std::string bad = SyntheticEnvironment::Programs()[0];
  const auto slots = Start(1, bad);
  credits_.Add(8);
  for (int i = 0; i < 8; ++i) {
    const std::shared_ptr<const Trajectory> episode = TakeEpisode();
    ASSERT_NE(episode, nullptr);
    EXPECT_NE(episode->program, bad);
  }
  EXPECT_THAT(programs_.excluded(),
              ::testing::ElementsAre(::testing::Pair(bad, "wrong_result")));
  EXPECT_EQ(metrics_.programs_excluded.Value(), 1);
  credits_.Drain();
  EXPECT_TRUE(slots->WaitUntilEnded(kPatience));
}

TEST_F(EpisodeSlotTest, WithNoProgramLeftTheSlotEndsWithTheReason) {
  const std::string bad = SyntheticEnvironment::Programs()[0];
  ProgramRotation only({bad}, 1);
  context_.programs = &only;
  const auto slots = Start(1, bad);
  credits_.Add(1);
  ASSERT_TRUE(slots->WaitUntilEnded(kPatience));
  EXPECT_TRUE(absl::IsFailedPrecondition(slots->status())) << slots->status();
  EXPECT_THAT(std::string(slots->status().message()),
              ::testing::HasSubstr("wrong_result"));
}

TEST_F(EpisodeSlotTest, AMachineThatCannotRunEpisodesEndsTheSlotAndReturnsItsCredit) {
  const auto slots = Start(1, "", true);
  credits_.Add(1);
  ASSERT_TRUE(slots->WaitUntilEnded(absl::Seconds(60)));
  EXPECT_TRUE(absl::IsResourceExhausted(slots->status())) << slots->status();
  EXPECT_EQ(metrics_.episode_errors.Value(), EpisodeSlot::kMaxErrors);
  EXPECT_EQ(credits_.available(), 1u);
}

TEST_F(EpisodeSlotTest, MetricsCountEpisodesStepsAndTimes) {
  const auto slots = Start(1);
  credits_.Add(5);
  size_t steps = 0;
  for (int i = 0; i < 5; ++i) steps += TakeEpisode()->steps.size();
  credits_.Drain();
  ASSERT_TRUE(slots->WaitUntilEnded(kPatience));
  double ok_episodes = 0;
  for (const prometheus::MetricFamily& family : registry_.Collect()) {
    if (family.name != "weft_actor_episodes_total") continue;
    EXPECT_EQ(family.metric.size(), static_cast<size_t>(kNumOutcomes));
    for (const prometheus::ClientMetric& metric : family.metric) {
      if (metric.label[0].value == "ok") ok_episodes = metric.counter.value;
    }
  }
  EXPECT_EQ(ok_episodes, 5);
  EXPECT_EQ(metrics_.env_steps.Value(), steps);
}

}  // namespace
}  // namespace weft
