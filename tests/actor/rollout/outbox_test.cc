#include "actor/rollout/outbox.h"

#include <memory>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "gtest/gtest.h"

namespace weft {
namespace {

constexpr absl::Duration kPatience = absl::Seconds(20);
constexpr absl::Duration kNoTime = absl::ZeroDuration();

Trajectory Of(const std::string& program) {
  Trajectory trajectory;
  trajectory.program = program;
  return trajectory;
}

void AddMany(Outbox& outbox, int count) {
  for (int i = 0; i < count; ++i) ASSERT_TRUE(outbox.Add(Of("p"), kNoTime).ok());
}

TEST(OutboxTest, NumbersFromOneAndSendsInThatOrder) {
  Outbox outbox(8);
  AddMany(outbox, 3);
  for (uint64_t sequence = 1; sequence <= 3; ++sequence) {
    EXPECT_EQ(outbox.Next(kNoTime)->sequence, sequence);
  }
  EXPECT_EQ(outbox.Next(kNoTime), nullptr);
}

TEST(OutboxTest, KeepsWhatWasSentUntilItIsAcknowledged) {
  Outbox outbox(8);
  AddMany(outbox, 3);
  outbox.Next(kNoTime);
  outbox.Next(kNoTime);
  EXPECT_EQ(outbox.depth(), 3u);
  EXPECT_TRUE(outbox.Acknowledge(2).ok());
  EXPECT_EQ(outbox.depth(), 1u);
  EXPECT_EQ(outbox.Next(kNoTime)->sequence, 3u);
}

TEST(OutboxTest, AfterAReconnectSendsAgainWhatTheLearnerDoesNotHave) {
  Outbox outbox(8);
  AddMany(outbox, 4);
  for (int i = 0; i < 4; ++i) outbox.Next(kNoTime);
  ASSERT_TRUE(outbox.Acknowledge(1).ok());
  // The acknowledgement of 2 was lost with the stream; 3 and 4 never arrived.
  ASSERT_TRUE(outbox.Rewind(2).ok());
  EXPECT_EQ(outbox.Next(kNoTime)->sequence, 3u);
  EXPECT_EQ(outbox.Next(kNoTime)->sequence, 4u);
  EXPECT_EQ(outbox.depth(), 2u);
}

TEST(OutboxTest, AFullOutboxHoldsItsCallerAndKeepsTheCallersTrajectory) {
  Outbox outbox(2);
  AddMany(outbox, 2);
  Trajectory third = Of("third");
  const absl::Status full = outbox.Add(std::move(third), absl::Milliseconds(10));
  EXPECT_TRUE(absl::IsDeadlineExceeded(full)) << full;
  EXPECT_EQ(third.program, "third");
  outbox.Next(kNoTime);
  ASSERT_TRUE(outbox.Acknowledge(1).ok());
  EXPECT_TRUE(outbox.Add(std::move(third), kNoTime).ok());
}

TEST(OutboxTest, RefusesAcknowledgementsOfWhatWasNeverSent) {
  Outbox outbox(4);
  AddMany(outbox, 2);
  outbox.Next(kNoTime);
  EXPECT_TRUE(absl::IsOutOfRange(outbox.Acknowledge(2)));
  EXPECT_TRUE(absl::IsOutOfRange(outbox.Rewind(3)));
  EXPECT_EQ(outbox.depth(), 2u);
}

TEST(OutboxTest, ALearnerThatForgotWhatItAcknowledgedNeedsANewRun) {
  Outbox outbox(8);
  AddMany(outbox, 5);
  for (int i = 0; i < 5; ++i) outbox.Next(kNoTime);
  ASSERT_TRUE(outbox.Acknowledge(3).ok());
  EXPECT_TRUE(absl::IsDataLoss(outbox.Rewind(0)));
  outbox.StartOver();
  ASSERT_TRUE(outbox.Rewind(0).ok());
  EXPECT_EQ(outbox.Next(kNoTime)->sequence, 1u);
  EXPECT_EQ(outbox.Next(kNoTime)->sequence, 2u);
  EXPECT_EQ(outbox.Next(kNoTime), nullptr);
  AddMany(outbox, 1);
  EXPECT_EQ(outbox.Next(kNoTime)->sequence, 3u);
}

TEST(OutboxTest, IsEmptyOnceEverythingIsAcknowledged) {
  Outbox outbox(4);
  EXPECT_TRUE(outbox.WaitUntilEmpty(kNoTime));
  AddMany(outbox, 1);
  EXPECT_FALSE(outbox.WaitUntilEmpty(absl::Milliseconds(10)));
  outbox.Next(kNoTime);
  ASSERT_TRUE(outbox.Acknowledge(1).ok());
  EXPECT_TRUE(outbox.WaitUntilEmpty(kNoTime));
}

// Slots add while a stream sends, breaks off at random and acknowledges late. A learner
// that follows the protocol must end with every trajectory exactly once and in order.
TEST(OutboxTest, LosesAndDoublesNothingUnderThreadsAndReconnects) {
  constexpr int kSlots = 4;
  constexpr int kEach = 250;
  Outbox outbox(16);
  std::vector<std::thread> slots;
  for (int slot = 0; slot < kSlots; ++slot) {
    slots.emplace_back([&outbox, slot] {
      for (int i = 0; i < kEach; ++i) {
        Trajectory trajectory = Of(std::to_string(slot));
        trajectory.weights_version = i;
        while (!outbox.Add(std::move(trajectory), kPatience).ok()) {
        }
      }
    });
  }
  std::vector<std::shared_ptr<const Trajectory>> stored;
  std::mt19937_64 random(7);
  while (stored.size() < kSlots * kEach) {
    ASSERT_TRUE(outbox.Rewind(stored.size()).ok());
    const int until_the_stream_breaks = static_cast<int>(random() % 20) + 1;
    for (int i = 0; i < until_the_stream_breaks; ++i) {
      const std::shared_ptr<const Trajectory> next = outbox.Next(absl::Milliseconds(5));
      if (next == nullptr) break;
      if (random() % 4 == 0) break;  // Sent, but the stream broke on its way.
      ASSERT_EQ(next->sequence, stored.size() + 1);
      stored.push_back(next);
      if (random() % 2 == 0) ASSERT_TRUE(outbox.Acknowledge(stored.size()).ok());
      ASSERT_LE(outbox.depth(), outbox.capacity());
    }
  }
  for (std::thread& slot : slots) slot.join();
  std::vector<uint64_t> next_of_slot(kSlots, 0);
  for (const auto& trajectory : stored) {
    EXPECT_EQ(trajectory->weights_version,
              next_of_slot[std::stoi(trajectory->program)]++);
  }
  ASSERT_TRUE(outbox.Rewind(stored.size()).ok());
  EXPECT_EQ(outbox.depth(), 0u);
}

}  // namespace
}  // namespace weft
