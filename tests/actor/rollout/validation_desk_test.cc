#include "actor/rollout/validation_desk.h"

#include <thread>
#include <vector>

#include "gtest/gtest.h"

namespace weft {
namespace {

ValidationTask Task(const std::string& program) { return {1, program, 0}; }

TEST(ValidationDeskTest, TasksAndResultsKeepTheirOrder) {
  ValidationDesk desk;
  EXPECT_FALSE(desk.TakeTask().has_value());
  ASSERT_TRUE(desk.AddTask(Task("a")).ok());
  ASSERT_TRUE(desk.AddTask(Task("b")).ok());
  const auto a = desk.TakeTask(), b = desk.TakeTask();
  EXPECT_EQ(a->program, "a");
  desk.AddResult({*a, Trajectory()});
  desk.AddResult({*b, absl::NotFoundError("no such program")});
  EXPECT_EQ(desk.TakeResult()->task.program, "a");
  EXPECT_FALSE(desk.TakeResult()->trajectory.ok());
  EXPECT_FALSE(desk.TakeResult().has_value());
}

TEST(ValidationDeskTest, WhatBelongsToAnEndedStreamIsVoid) {
  ValidationDesk desk;
  ASSERT_TRUE(desk.AddTask(Task("played")).ok());
  ASSERT_TRUE(desk.AddTask(Task("waiting")).ok());
  const auto played = desk.TakeTask();
  desk.Clear();
  EXPECT_FALSE(desk.TakeTask().has_value());
  desk.AddResult({*played, Trajectory()});
  EXPECT_FALSE(desk.TakeResult().has_value());
  ASSERT_TRUE(desk.AddTask(Task("new")).ok());
  desk.AddResult({*desk.TakeTask(), Trajectory()});
  EXPECT_TRUE(desk.TakeResult().has_value());
}

TEST(ValidationDeskTest, ItIsBounded) {
  ValidationDesk desk;
  for (size_t i = 0; i < ValidationDesk::kCapacity; ++i) {
    ASSERT_TRUE(desk.AddTask(Task("a")).ok());
  }
  EXPECT_TRUE(absl::IsResourceExhausted(desk.AddTask(Task("a"))));
}

TEST(ValidationDeskTest, ManyThreadsTakeEveryTaskOnce) {
  ValidationDesk desk;
  for (int i = 0; i < 400; ++i) {
    ASSERT_TRUE(desk.AddTask(Task(std::to_string(i))).ok());
  }
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&desk] {
      while (const auto task = desk.TakeTask()) desk.AddResult({*task, Trajectory()});
    });
  }
  for (std::thread& thread : threads) thread.join();
  int results = 0;
  while (desk.TakeResult()) ++results;
  EXPECT_EQ(results, 400);
}

}  // namespace
}  // namespace weft
