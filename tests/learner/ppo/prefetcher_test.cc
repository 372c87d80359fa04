#include "learner/ppo/prefetcher.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <stdexcept>
#include <thread>

#include "absl/time/clock.h"

namespace weft {
namespace {

TEST(Prefetcher, GivesWhatIsMadeInOrder) {
  Prefetcher<std::unique_ptr<int>> numbers(
      100, 3, [](int i) { return std::make_unique<int>(i * i); });
  for (int i = 0; i < 100; ++i) EXPECT_EQ(*numbers.Next(), i * i);
}

TEST(Prefetcher, MakesAheadOnAThreadOfItsOwnAndNoFurther) {
  std::atomic<int> made{0};
  std::atomic<bool> elsewhere{true};
  const std::thread::id here = std::this_thread::get_id();
  Prefetcher<int> numbers(10, 2, [&](int i) {
    if (std::this_thread::get_id() == here) elsewhere = false;
    ++made;
    return i;
  });
  while (made < 2) absl::SleepFor(absl::Milliseconds(1));
  absl::SleepFor(absl::Milliseconds(50));
  EXPECT_EQ(made, 2);
  EXPECT_EQ(numbers.Next(), 0);
  while (made < 3) absl::SleepFor(absl::Milliseconds(1));
  absl::SleepFor(absl::Milliseconds(50));
  EXPECT_EQ(made, 3);
  EXPECT_TRUE(elsewhere);
}

TEST(Prefetcher, WhatMakingThrowsComesAfterWhatWasMade) {
  Prefetcher<int> numbers(10, 4, [](int i) {
    if (i == 2) throw std::runtime_error("no memory");
    return i;
  });
  EXPECT_EQ(numbers.Next(), 0);
  EXPECT_EQ(numbers.Next(), 1);
  EXPECT_THROW(numbers.Next(), std::runtime_error);
}

TEST(Prefetcher, CanBeLeftBeforeItsEnd) {
  std::atomic<int> made{0};
  {
    Prefetcher<int> numbers(1000, 2, [&](int i) {
      ++made;
      return i;
    });
    EXPECT_EQ(numbers.Next(), 0);
  }
  EXPECT_LE(made, 4);
}

}  // namespace
}  // namespace weft
