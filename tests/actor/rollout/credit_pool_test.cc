#include "actor/rollout/credit_pool.h"

#include <atomic>
#include <limits>
#include <thread>
#include <vector>

#include "absl/time/clock.h"
#include "gtest/gtest.h"

namespace weft {
namespace {

constexpr absl::Duration kPatience = absl::Seconds(20);
constexpr absl::Duration kNoTime = absl::ZeroDuration();

TEST(CreditPoolTest, GivesAsManyCreditsAsWereGranted) {
  CreditPool pool;
  pool.Open();
  pool.Add(2);
  pool.Add(1);
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(pool.Take(kNoTime).has_value());
  EXPECT_FALSE(pool.Take(kNoTime).has_value());
}

TEST(CreditPoolTest, WhatIsOwedIsPaidBeforeAnySlotGetsACredit) {
  CreditPool pool;
  pool.Open(/*owed=*/2);
  EXPECT_FALSE(pool.Pay(kNoTime));
  pool.Add(1);
  EXPECT_FALSE(pool.Take(kNoTime).has_value());
  EXPECT_TRUE(pool.Pay(kNoTime));
  pool.Add(2);
  EXPECT_TRUE(pool.Take(kNoTime).has_value()) << "one more than what is owed";
  EXPECT_FALSE(pool.Take(kNoTime).has_value());
  EXPECT_TRUE(pool.Pay(kNoTime));
  pool.Add(1);
  EXPECT_TRUE(pool.Take(kNoTime).has_value());
  pool.Open();  // Another stream owes nothing.
  pool.Add(1);
  EXPECT_TRUE(pool.Take(kNoTime).has_value());
}

TEST(CreditPoolTest, CreditsAreVoidWhenTheStreamEnds) {
  CreditPool pool;
  pool.Open();
  pool.Add(5);
  pool.Close();
  EXPECT_FALSE(pool.Take(kNoTime).has_value());
  pool.Open();
  EXPECT_FALSE(pool.Take(kNoTime).has_value());
}

TEST(CreditPoolTest, AGrantOfAStreamThatEndedIsIgnored) {
  CreditPool pool;
  pool.Add(1);
  EXPECT_EQ(pool.available(), 0u);
  pool.Open();
  pool.Close();
  pool.Add(1);
  EXPECT_EQ(pool.available(), 0u);
}

TEST(CreditPoolTest, AnUnusedCreditCanBeTakenAgain) {
  CreditPool pool;
  pool.Open();
  pool.Add(1);
  pool.Return(*pool.Take(kNoTime));
  EXPECT_TRUE(pool.Take(kNoTime).has_value());
}

TEST(CreditPoolTest, ACreditOfAnEarlierStreamCannotBeReturned) {
  CreditPool pool;
  pool.Open();
  pool.Add(1);
  const Credit old = *pool.Take(kNoTime);
  pool.Close();
  pool.Return(old);
  EXPECT_EQ(pool.available(), 0u);
  pool.Open();
  pool.Return(old);
  EXPECT_EQ(pool.available(), 0u);
}

TEST(CreditPoolTest, GrantsDoNotOverflow) {
  CreditPool pool;
  pool.Open();
  pool.Add(std::numeric_limits<uint32_t>::max());
  pool.Add(7);
  EXPECT_EQ(pool.available(), std::numeric_limits<uint32_t>::max());
}

TEST(CreditPoolTest, DrainWakesEveryWaiterAndIsForever) {
  CreditPool pool;
  pool.Open();
  std::vector<std::thread> slots;
  for (int i = 0; i < 4; ++i) {
    slots.emplace_back([&pool] {
      const absl::Time start = absl::Now();
      EXPECT_FALSE(pool.Take(absl::InfiniteDuration()).has_value());
      EXPECT_LT(absl::Now() - start, kPatience);
    });
  }
  pool.Drain();
  for (std::thread& slot : slots) slot.join();
  pool.Add(1);
  EXPECT_FALSE(pool.Take(kNoTime).has_value());
}

TEST(CreditPoolTest, SlotsNeverTakeMoreThanWasGranted) {
  constexpr int kGrants = 500;
  CreditPool pool;
  pool.Open();
  std::atomic<int> taken{0};
  std::atomic<int> returned{0};
  std::vector<std::thread> slots;
  for (int slot = 0; slot < 6; ++slot) {
    slots.emplace_back([&, slot] {
      for (int i = 0; !pool.draining(); ++i) {
        const absl::optional<Credit> credit = pool.Take(absl::Milliseconds(20));
        if (!credit.has_value()) continue;
        if ((i + slot) % 3 == 0) {
          ++returned;
          pool.Return(*credit);
        } else {
          ++taken;
        }
      }
    });
  }
  for (int i = 0; i < kGrants; ++i) pool.Add(1);
  const absl::Time deadline = absl::Now() + kPatience;
  while (taken < kGrants && absl::Now() < deadline)
    absl::SleepFor(absl::Milliseconds(1));
  pool.Drain();
  for (std::thread& slot : slots) slot.join();
  EXPECT_EQ(taken, kGrants);
  EXPECT_GT(returned, 0);
  EXPECT_EQ(pool.available(), 0u);
}

}  // namespace
}  // namespace weft
