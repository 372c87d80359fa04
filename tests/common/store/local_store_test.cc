#include "common/store/local_store.h"

#include <atomic>
#include <thread>
#include <vector>

#include "absl/time/clock.h"
#include "gtest/gtest.h"
#include "tests/common/store/example_record.h"
#include "tests/learner/temporary_folder.h"

namespace weft {
namespace {

constexpr absl::Duration kPatience = absl::Seconds(30);

class LocalStoreTest : public ::testing::Test {
 protected:
  LocalStoreTest() : store_(*LocalStore::Open({folder_.path() + "/store.sqlite"})) {}

  absl::StatusOr<Claim> Begin(const MeasureLimits& limits = ExampleLimits(),
                              absl::Duration timeout = kPatience) {
    return store_->Begin(ExampleKey(), limits, timeout);
  }

  TemporaryFolder folder_;
  std::unique_ptr<LocalStore> store_;
};

TEST_F(LocalStoreTest, TheFirstCallerMeasuresAndTheNextFindsWhatItRecorded) {
  const absl::StatusOr<Claim> claim = Begin();
  ASSERT_TRUE(claim.ok()) << claim.status();
  EXPECT_FALSE(claim->hit);
  EXPECT_NE(claim->token, 0u);
  ASSERT_TRUE(store_->Record(claim->token, ExampleRecord()).ok());
  const absl::StatusOr<Claim> next = Begin();
  ASSERT_TRUE(next.ok()) << next.status();
  ASSERT_TRUE(next->hit);
  EXPECT_EQ(next->hit->measurement.seconds, ExampleRecord().measurement.seconds);
  EXPECT_EQ(next->token, 0u);
}

TEST_F(LocalStoreTest, ThreadsThatAskTogetherMeasureOnce) {
  std::atomic<int> measured{0};
  std::atomic<int> hits{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 6; ++i) {
    threads.emplace_back([&] {
      const absl::StatusOr<Claim> claim = Begin();
      ASSERT_TRUE(claim.ok()) << claim.status();
      if (claim->hit) {
        ++hits;
        return;
      }
      ++measured;
      absl::SleepFor(absl::Milliseconds(20));
      EXPECT_TRUE(store_->Record(claim->token, ExampleRecord()).ok());
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(measured, 1);
  EXPECT_EQ(hits, 5);
  EXPECT_EQ(*store_->rows().CountRows(), 1);
}

TEST_F(LocalStoreTest, AfterAnAbandonedClaimTheNextWhoWaitsMeasures) {
  const absl::StatusOr<Claim> first = Begin();
  ASSERT_TRUE(first.ok());
  std::thread waiting([this] {
    const absl::StatusOr<Claim> second = Begin();
    ASSERT_TRUE(second.ok()) << second.status();
    EXPECT_FALSE(second->hit);
    EXPECT_TRUE(store_->Record(second->token, ExampleRecord()).ok());
  });
  absl::SleepFor(absl::Milliseconds(20));
  EXPECT_TRUE(store_->Abandon(first->token).ok());
  waiting.join();
  EXPECT_TRUE(absl::IsNotFound(store_->Abandon(first->token)));
}

TEST_F(LocalStoreTest, WaitingHasADeadline) {
  ASSERT_TRUE(Begin().ok());
  const absl::Status status = Begin(ExampleLimits(), absl::Milliseconds(20)).status();
  EXPECT_TRUE(absl::IsDeadlineExceeded(status)) << status;
}

TEST_F(LocalStoreTest, ATimeoutIsMeasuredAnewOnlyWhenALimitHasGrownMuch) {
  ASSERT_TRUE(store_->Record(Begin()->token, FailedRecord(Outcome::kTimedOut)).ok());
  EXPECT_TRUE(Begin()->hit);
  MeasureLimits larger = ExampleLimits();
  larger.run_seconds *= 5;
  const absl::StatusOr<Claim> claim = Begin(larger);
  ASSERT_TRUE(claim.ok());
  EXPECT_FALSE(claim->hit);
  EXPECT_TRUE(store_->Record(claim->token, ExampleRecord()).ok());
  EXPECT_EQ(Begin()->hit->measurement.outcome, Outcome::kOk);
}

MeasurementRecord Baseline(bool disturbed) {
  MeasurementRecord record = ExampleRecord();
  record.baseline = true;
  record.measurement.disturbed = disturbed;
  return record;
}

TEST_F(LocalStoreTest, ADisturbedBaselineIsMeasuredAnewUntilItIsClean) {
  ASSERT_TRUE(store_->Record(Begin()->token, Baseline(/*disturbed=*/true)).ok());
  for (const bool disturbed : {true, false}) {
    const absl::StatusOr<Claim> claim = Begin();
    ASSERT_TRUE(claim.ok()) << claim.status();
    ASSERT_FALSE(claim->hit);
    ASSERT_TRUE(store_->Record(claim->token, Baseline(disturbed)).ok());
  }
  ASSERT_TRUE(Begin()->hit);
  EXPECT_FALSE(Begin()->hit->measurement.disturbed);
  EXPECT_EQ(*store_->rows().CountRows(), 3);
}

TEST(SharedStoreTest, WhoWaitedForADisturbedBaselineGetsItAndTheNextMeasures) {
  const TemporaryFolder folder;
  SharedStore store(*SqliteStore::Open({folder.path() + "/store.sqlite"}),
                    FlightOptions());
  std::vector<Claim> claims;
  const auto begin = [&] {
    store.Begin(ExampleKey(), ExampleLimits(), absl::InfiniteFuture(),
                [&claims](absl::StatusOr<Claim> claim) {
                  ASSERT_TRUE(claim.ok()) << claim.status();
                  claims.push_back(*std::move(claim));
                });
  };
  begin();
  begin();
  ASSERT_EQ(claims.size(), 1u);
  ASSERT_TRUE(store.Record(claims[0].token, Baseline(/*disturbed=*/true)).ok());
  ASSERT_EQ(claims.size(), 2u);
  ASSERT_TRUE(claims[1].hit);
  EXPECT_TRUE(claims[1].hit->measurement.disturbed);
  begin();
  ASSERT_EQ(claims.size(), 3u);
  EXPECT_FALSE(claims[2].hit);
}

TEST(SharedStoreTest, ADisturbedBaselineOfLongAgoDoesNotAnswerWhoWaitedInVain) {
  const TemporaryFolder folder;
  SharedStore store(*SqliteStore::Open({folder.path() + "/store.sqlite"}),
                    FlightOptions());
  ASSERT_TRUE(store.Record(0, Baseline(/*disturbed=*/true)).ok());
  std::vector<Claim> claims;
  for (int i = 0; i < 2; ++i) {
    store.Begin(ExampleKey(), ExampleLimits(), absl::InfiniteFuture(),
                [&claims](absl::StatusOr<Claim> claim) {
                  ASSERT_TRUE(claim.ok()) << claim.status();
                  claims.push_back(*std::move(claim));
                });
  }
  ASSERT_EQ(claims.size(), 1u);
  ASSERT_TRUE(store.Abandon(claims[0].token).ok());
  ASSERT_EQ(claims.size(), 2u);
  EXPECT_FALSE(claims[1].hit) << "it is to measure";
}

TEST_F(LocalStoreTest, ARecordWithoutAClaimIsKept) {
  EXPECT_TRUE(store_->Record(0, ExampleRecord()).ok());
  EXPECT_TRUE(Begin()->hit);
}

TEST_F(LocalStoreTest, ARecordThatCannotBeKeptEndsItsClaimAllTheSame) {
  const absl::StatusOr<Claim> claim = Begin();
  EXPECT_FALSE(store_->Record(claim->token, FailedRecord(Outcome::kWorkerLost)).ok());
  EXPECT_NE(Begin()->token, 0u);
}

TEST_F(LocalStoreTest, AMalformedKeyIsRefused) {
  MeasurementKey key = ExampleKey();
  key.ir = "not a hash";
  EXPECT_TRUE(
      absl::IsInvalidArgument(store_->Begin(key, ExampleLimits(), kPatience).status()));
}

}  // namespace
}  // namespace weft
