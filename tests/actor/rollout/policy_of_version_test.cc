#include "actor/rollout/policy_of_version.h"

#include <atomic>
#include <thread>
#include <vector>

#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "gtest/gtest.h"

namespace weft {
namespace {

class NumberedPolicy : public RandomPolicy {
 public:
  explicit NumberedPolicy(uint64_t version) : version_(version) {}
  uint64_t version() const override { return version_; }

 private:
  const uint64_t version_;
};

TEST(PolicyOfVersionTest, AVersionIsFetchedOnceForAllCallers) {
  std::atomic<int> fetches{0};
  PolicyOfVersion policies(
      [&](uint64_t version) -> absl::StatusOr<std::shared_ptr<const Policy>> {
        ++fetches;
        absl::SleepFor(absl::Milliseconds(20));
        return std::make_shared<NumberedPolicy>(version);
      });
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] { EXPECT_EQ((*policies.Get(7))->version(), 7u); });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(fetches, 1);
  EXPECT_EQ((*policies.Get(8))->version(), 8u);
  EXPECT_EQ(fetches, 2);
}

TEST(PolicyOfVersionTest, WhoeverWaitsSharesTheFailureAndALaterCallTriesAgain) {
  std::atomic<int> fetches{0};
  absl::Notification begun, go_on;
  PolicyOfVersion policies(
      [&](uint64_t) -> absl::StatusOr<std::shared_ptr<const Policy>> {
        if (++fetches == 1) begun.Notify();
        go_on.WaitForNotification();
        return absl::UnavailableError("the learner is away");
      });
  std::thread first([&] { EXPECT_FALSE(policies.Get(7).ok()); });
  begun.WaitForNotification();
  std::thread second([&] { EXPECT_FALSE(policies.Get(7).ok()); });
  absl::SleepFor(absl::Milliseconds(100));  // It waits for the first.
  go_on.Notify();
  first.join();
  second.join();
  EXPECT_LE(fetches, 2);
  const int before = fetches;
  EXPECT_FALSE(policies.Get(7).ok());
  EXPECT_EQ(fetches, before + 1);
}

TEST(PolicyOfVersionTest, WhatIsForgottenWhileItIsFetchedIsNotKept) {
  std::atomic<int> fetches{0};
  PolicyOfVersion* self = nullptr;
  PolicyOfVersion policies(
      [&](uint64_t version) -> absl::StatusOr<std::shared_ptr<const Policy>> {
        if (++fetches == 1) self->Forget();  // Does not wait for the fetch.
        return std::make_shared<NumberedPolicy>(version);
      });
  self = &policies;
  EXPECT_TRUE(policies.Get(7).ok());
  EXPECT_TRUE(policies.Get(7).ok());
  EXPECT_EQ(fetches, 2);
}

}  // namespace
}  // namespace weft
