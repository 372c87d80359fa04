#include "actor/environment/baseline_cache.h"

#include <atomic>
#include <thread>
#include <vector>

#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "gtest/gtest.h"

namespace weft {
namespace {

constexpr absl::Duration kPatience = absl::Seconds(20);

Measurement Taking(double seconds) {
  Measurement measurement;
  measurement.seconds = seconds;
  return measurement;
}

TEST(BaselineCacheTest, ManySlotsThatAskTogetherMeasureOnce) {
  BaselineCache cache;
  std::atomic<int> measurements{0};
  std::vector<std::thread> slots;
  for (int i = 0; i < 8; ++i) {
    slots.emplace_back([&] {
      const absl::StatusOr<Measurement> seconds =
          cache.GetOrMeasure("matmul", kPatience, [&]() -> absl::StatusOr<Measurement> {
            ++measurements;
            absl::SleepFor(absl::Milliseconds(20));
            return Taking(0.25);
          });
      ASSERT_TRUE(seconds.ok());
      EXPECT_EQ(seconds->seconds, 0.25);
    });
  }
  for (std::thread& slot : slots) slot.join();
  EXPECT_EQ(measurements, 1);
}

TEST(BaselineCacheTest, ProgramsDoNotWaitForEachOther) {
  BaselineCache cache;
  absl::Notification other_is_done;
  std::thread slow([&] {
    EXPECT_TRUE(cache
                    .GetOrMeasure(
                        "slow", kPatience,
                        [&]() -> absl::StatusOr<Measurement> {
                          EXPECT_TRUE(
                              other_is_done.WaitForNotificationWithTimeout(kPatience));
                          return Taking(1.0);
                        })
                    .ok());
  });
  EXPECT_TRUE(cache.GetOrMeasure("fast", kPatience, [] { return Taking(2.0); }).ok());
  other_is_done.Notify();
  slow.join();
}

TEST(BaselineCacheTest, AVerdictOnTheProgramIsFinal) {
  BaselineCache cache;
  const auto wrong = []() -> absl::StatusOr<Measurement> {
    return absl::FailedPreconditionError("wrong_result");
  };
  EXPECT_FALSE(cache.GetOrMeasure("bad", kPatience, wrong).ok());
  bool measured_again = false;
  const absl::Status second = cache
                                  .GetOrMeasure("bad", kPatience,
                                                [&]() -> absl::StatusOr<Measurement> {
                                                  measured_again = true;
                                                  return Taking(1.0);
                                                })
                                  .status();
  EXPECT_TRUE(absl::IsFailedPrecondition(second)) << second;
  EXPECT_FALSE(measured_again);
}

TEST(BaselineCacheTest, AfterALostWorkerTheNextCallerMeasuresAnew) {
  BaselineCache cache;
  const auto lost = []() -> absl::StatusOr<Measurement> {
    return absl::UnavailableError("the worker died");
  };
  EXPECT_FALSE(cache.GetOrMeasure("matmul", kPatience, lost).ok());
  const absl::StatusOr<Measurement> second =
      cache.GetOrMeasure("matmul", kPatience, [] { return Taking(0.5); });
  ASSERT_TRUE(second.ok());
  EXPECT_EQ(second->seconds, 0.5);
}

TEST(BaselineCacheTest, WaitingForAnotherSlotHasADeadline) {
  BaselineCache cache;
  absl::Notification measuring, finish;
  std::thread stuck([&] {
    (void)cache.GetOrMeasure("matmul", kPatience, [&]() -> absl::StatusOr<Measurement> {
      measuring.Notify();
      finish.WaitForNotificationWithTimeout(kPatience);
      return Taking(1.0);
    });
  });
  measuring.WaitForNotification();
  const absl::Status status =
      cache.GetOrMeasure("matmul", absl::Milliseconds(20), [] { return Taking(2.0); })
          .status();
  EXPECT_TRUE(absl::IsDeadlineExceeded(status)) << status;
  finish.Notify();
  stuck.join();
}

}  // namespace
}  // namespace weft
