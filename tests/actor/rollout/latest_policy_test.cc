#include "actor/rollout/latest_policy.h"

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "gtest/gtest.h"

namespace weft {
namespace {

constexpr absl::Duration kPatience = absl::Seconds(20);

// Random choices under a version number.
class VersionedPolicy : public RandomPolicy {
 public:
  explicit VersionedPolicy(uint64_t version) : version_(version) {}
  uint64_t version() const override { return version_; }

 private:
  const uint64_t version_;
};

std::shared_ptr<const Policy> Version(uint64_t version) {
  return std::make_shared<VersionedPolicy>(version);
}

TEST(LatestPolicyTest, EveryEpisodeKeepsTheVersionThatItBeganWith) {
  uint64_t published = 1;
  LatestPolicy latest([&](uint64_t) { return Version(published); },
                      absl::ZeroDuration());
  const std::shared_ptr<const Policy> first = *latest.Get(kPatience);
  published = 2;
  const std::shared_ptr<const Policy> second = *latest.Get(kPatience);
  EXPECT_EQ(first->version(), 1u);
  EXPECT_EQ(second->version(), 2u);
}

TEST(LatestPolicyTest, AsksForWhatIsNewerThanItHas) {
  std::vector<uint64_t> asked;
  LatestPolicy latest(
      [&](uint64_t version) -> absl::StatusOr<std::shared_ptr<const Policy>> {
        asked.push_back(version);
        if (version == 4) return nullptr;
        return Version(4);
      },
      absl::ZeroDuration());
  ASSERT_TRUE(latest.Get(kPatience).ok());
  ASSERT_TRUE(latest.Get(kPatience).ok());
  EXPECT_EQ(asked, (std::vector<uint64_t>{0, 4}));
  EXPECT_EQ(latest.version(), 4u);
}

TEST(LatestPolicyTest, FetchesAtMostOncePerInterval) {
  std::atomic<int> fetches{0};
  LatestPolicy latest(
      [&](uint64_t) {
        ++fetches;
        return Version(1);
      },
      absl::Hours(1));
  for (int i = 0; i < 50; ++i) ASSERT_TRUE(latest.Get(kPatience).ok());
  EXPECT_EQ(fetches, 1);
}

TEST(LatestPolicyTest, AFailedFetchLeavesThePolicyInUse) {
  bool broken = false;
  LatestPolicy latest(
      [&](uint64_t) -> absl::StatusOr<std::shared_ptr<const Policy>> {
        if (broken) return absl::DataLossError("checksum");
        return Version(1);
      },
      absl::ZeroDuration());
  ASSERT_TRUE(latest.Get(kPatience).ok());
  broken = true;
  const absl::StatusOr<std::shared_ptr<const Policy>> policy = latest.Get(kPatience);
  ASSERT_TRUE(policy.ok());
  EXPECT_EQ((*policy)->version(), 1u);
}

TEST(LatestPolicyTest, WithoutAnyWeightsNoEpisodeStartsAndTheReasonIsTold) {
  LatestPolicy latest(
      [](uint64_t) -> absl::StatusOr<std::shared_ptr<const Policy>> {
        return absl::DataLossError("weights have the wrong checksum");
      },
      absl::Milliseconds(5));
  const absl::Status status = latest.Get(absl::Milliseconds(30)).status();
  EXPECT_TRUE(absl::IsUnavailable(status)) << status;
  EXPECT_NE(std::string(status.message()).find("wrong checksum"), std::string::npos);
}

TEST(LatestPolicyTest, SlotsGoOnWithTheOldPolicyWhileOneFetches) {
  absl::Notification fetching, finish;
  LatestPolicy latest(
      [&](uint64_t version) {
        if (version == 1) {
          fetching.Notify();
          EXPECT_TRUE(finish.WaitForNotificationWithTimeout(kPatience));
        }
        return Version(version + 1);
      },
      absl::ZeroDuration());
  ASSERT_TRUE(latest.Get(kPatience).ok());
  std::thread fetcher([&] { EXPECT_EQ((*latest.Get(kPatience))->version(), 2u); });
  fetching.WaitForNotification();
  EXPECT_EQ((*latest.Get(kPatience))->version(), 1u);
  finish.Notify();
  fetcher.join();
}

TEST(LatestPolicyTest, WeightsOfALearnerThatIsGoneAreForgottenForThoseOfTheNewOne) {
  uint64_t published = 7;
  LatestPolicy latest(
      [&](uint64_t version) -> absl::StatusOr<std::shared_ptr<const Policy>> {
        if (published <= version) return nullptr;
        return Version(published);
      },
      absl::Hours(1));
  ASSERT_EQ((*latest.Get(kPatience))->version(), 7u);
  latest.ForgetNewerThan(7);  // The same learner, or one resumed from there.
  EXPECT_EQ(latest.version(), 7u);
  published = 2;
  latest.ForgetNewerThan(2);
  EXPECT_EQ(latest.version(), 0u);
  EXPECT_EQ((*latest.Get(kPatience))->version(), 2u);
}

TEST(LatestPolicyTest, AFetchThatWasUnderWayBringsBackNothingForgotten) {
  absl::Notification fetching, finish;
  LatestPolicy latest(
      [&](uint64_t version) {
        if (version == 7) {
          fetching.Notify();
          EXPECT_TRUE(finish.WaitForNotificationWithTimeout(kPatience));
          return Version(8);  // Of the learner before.
        }
        return Version(finish.HasBeenNotified() ? 2 : 7);
      },
      absl::ZeroDuration());
  ASSERT_EQ((*latest.Get(kPatience))->version(), 7u);
  std::thread fetcher([&] { EXPECT_EQ((*latest.Get(kPatience))->version(), 2u); });
  fetching.WaitForNotification();
  latest.ForgetNewerThan(2);
  finish.Notify();
  fetcher.join();
  EXPECT_EQ(latest.version(), 2u);
}

TEST(LatestPolicyTest, VersionsNeverGoBackForAnySlot) {
  std::atomic<uint64_t> published{1};
  LatestPolicy latest(
      [&](uint64_t version) -> absl::StatusOr<std::shared_ptr<const Policy>> {
        const uint64_t newest = published++;
        if (newest <= version) return nullptr;
        return Version(newest);
      },
      absl::ZeroDuration());
  std::vector<std::thread> slots;
  for (int slot = 0; slot < 6; ++slot) {
    slots.emplace_back([&] {
      uint64_t before = 0;
      for (int i = 0; i < 200; ++i) {
        const uint64_t version = (*latest.Get(kPatience))->version();
        EXPECT_GE(version, before);
        before = version;
      }
    });
  }
  for (std::thread& slot : slots) slot.join();
}

}  // namespace
}  // namespace weft
