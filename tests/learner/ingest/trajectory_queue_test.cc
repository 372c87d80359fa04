#include "learner/ingest/trajectory_queue.h"

#include <thread>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/common/wire/example_trajectory.h"

namespace weft {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

TEST(TrajectoryQueueTest, GivesWhatItGotInOrderAndOnlyWhenThereIsEnough) {
  TrajectoryQueue queue(4, 0);
  ASSERT_TRUE(queue.Push(1, ExampleTrajectory(1)).ok());
  EXPECT_EQ(queue.Pop(2, absl::Now()).status().code(),
            absl::StatusCode::kDeadlineExceeded);
  EXPECT_EQ(queue.depth(), 1);
  ASSERT_TRUE(queue.Push(2, ExampleTrajectory(2)).ok());
  const auto batch = queue.Pop(2, absl::Now());
  ASSERT_TRUE(batch.ok());
  EXPECT_EQ((*batch)[0].position, 1u);
  EXPECT_EQ((*batch)[1].trajectory.sequence, 2u);
  EXPECT_EQ(queue.depth(), 0);
}

TEST(TrajectoryQueueTest, RefusesBeyondCapacityAndOverflow) {
  TrajectoryQueue queue(2, 1);
  for (uint64_t i = 1; i <= 3; ++i) {
    ASSERT_TRUE(queue.Push(i, ExampleTrajectory(i)).ok());
  }
  EXPECT_FALSE(queue.HasRoom());
  EXPECT_EQ(queue.Push(4, ExampleTrajectory(4)).code(),
            absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(queue.depth(), 3);
}

TEST(TrajectoryQueueTest, RestoreTakesWhatTheLogHeldWhateverTheBound) {
  TrajectoryQueue queue(1, 0);
  for (uint64_t i = 1; i <= 5; ++i) queue.Restore(i, ExampleTrajectory(i));
  EXPECT_EQ(queue.Pop(5, absl::Now())->back().position, 5u);
}

TEST(TrajectoryQueueTest, WhatWasRestoredTakesNoRoomFromWhatArrives) {
  TrajectoryQueue queue(1, 1);
  for (uint64_t i = 1; i <= 5; ++i) queue.Restore(i, ExampleTrajectory(i));
  EXPECT_TRUE(queue.HasRoom());
  ASSERT_TRUE(queue.Push(6, ExampleTrajectory(6)).ok());
  ASSERT_TRUE(queue.Push(7, ExampleTrajectory(7)).ok());
  EXPECT_FALSE(queue.HasRoom());
  ASSERT_TRUE(queue.Pop(4, absl::Now()).ok());  // All of them restored.
  EXPECT_FALSE(queue.HasRoom());
  ASSERT_TRUE(queue.Pop(2, absl::Now()).ok());
  EXPECT_TRUE(queue.HasRoom());
  ASSERT_TRUE(queue.Push(8, ExampleTrajectory(8)).ok());
  EXPECT_FALSE(queue.HasRoom());
}

TEST(TrajectoryQueueTest, DropsComeWithTheTrajectoryAfterThem) {
  TrajectoryQueue queue(4, 0);
  ASSERT_TRUE(queue.Push(1, ExampleTrajectory(1)).ok());
  queue.AddDrop("invalid");
  queue.AddDrop("invalid");
  ASSERT_TRUE(queue.Push(4, ExampleTrajectory(4)).ok());
  const auto batch = queue.Pop(2, absl::Now());
  EXPECT_TRUE((*batch)[0].drops_before.empty());
  EXPECT_THAT((*batch)[1].drops_before, ElementsAre(Pair("invalid", 2)));
}

TEST(TrajectoryQueueTest, AWaitingConsumerGetsEveryTrajectoryOnceInOrder) {
  TrajectoryQueue queue(1000, 0);
  std::vector<uint64_t> positions;
  std::thread consumer([&] {
    for (int i = 0; i < 50; ++i) {
      const auto batch = queue.Pop(4, absl::Now() + absl::Seconds(60));
      ASSERT_TRUE(batch.ok());
      for (const QueuedTrajectory& entry : *batch) positions.push_back(entry.position);
    }
  });
  for (uint64_t i = 1; i <= 200; ++i) {
    ASSERT_TRUE(queue.Push(i, ExampleTrajectory(i)).ok());
  }
  consumer.join();
  ASSERT_EQ(positions.size(), 200u);
  for (uint64_t i = 0; i < 200; ++i) ASSERT_EQ(positions[i], i + 1);
}

}  // namespace
}  // namespace weft
