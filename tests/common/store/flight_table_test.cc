#include "common/store/flight_table.h"

#include <atomic>
#include <thread>
#include <vector>

#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace weft {
namespace {

using ::testing::ElementsAre;
using Ended = FlightTable::Ended;

constexpr absl::Duration kLease = absl::Seconds(10);

class FlightTableTest : public ::testing::Test {
 protected:
  FlightTableTest() : table_({kLease, /*max_flights=*/3, /*max_waiters=*/2}) {}

  absl::StatusOr<uint64_t> Claim(const std::string& key,
                                 absl::Duration patience = absl::Hours(1)) {
    return table_.Claim(key, now_, now_ + patience,
                        [this](Ended ended) { ended_.push_back(ended); });
  }

  FlightTable table_;
  absl::Time now_ = absl::UnixEpoch();
  std::vector<Ended> ended_;  // Of every waiter that was called.
};

TEST_F(FlightTableTest, OneCallerGetsTheKeyAndTheOthersWait) {
  const uint64_t token = *Claim("a");
  EXPECT_NE(token, 0u);
  EXPECT_EQ(*Claim("a"), 0u);
  EXPECT_EQ(*Claim("a"), 0u);
  EXPECT_NE(*Claim("b"), 0u);
  EXPECT_EQ(table_.waiters(), 2);
  EXPECT_THAT(ended_, ElementsAre());
  EXPECT_TRUE(table_.End(token));
  EXPECT_THAT(ended_, ElementsAre(Ended::kFlight, Ended::kFlight));
  EXPECT_EQ(table_.waiters(), 0);
  EXPECT_NE(*Claim("a"), 0u);
}

TEST_F(FlightTableTest, AClaimEndsOnce) {
  const uint64_t token = *Claim("a");
  EXPECT_TRUE(table_.End(token));
  EXPECT_FALSE(table_.End(token));
  EXPECT_FALSE(table_.End(0));
  EXPECT_FALSE(table_.Renew(token, now_));
}

TEST_F(FlightTableTest, ALeaseThatIsNotRenewedRunsOut) {
  const uint64_t token = *Claim("a");
  EXPECT_EQ(*Claim("a"), 0u);
  now_ += kLease - absl::Seconds(1);
  table_.Tick(now_);
  EXPECT_THAT(ended_, ElementsAre());
  now_ += absl::Seconds(1);
  table_.Tick(now_);
  EXPECT_THAT(ended_, ElementsAre(Ended::kFlight));
  EXPECT_EQ(table_.expired(), 1u);
  EXPECT_FALSE(table_.End(token));
}

TEST_F(FlightTableTest, ALeaseThatRanOutGoesToTheNextCallerWithoutATick) {
  const uint64_t token = *Claim("a");
  EXPECT_EQ(*Claim("a"), 0u);
  now_ += kLease;
  const uint64_t next = *Claim("a");
  EXPECT_NE(next, 0u);
  EXPECT_NE(next, token);
  EXPECT_THAT(ended_, ElementsAre(Ended::kFlight));
  EXPECT_FALSE(table_.End(token));
  EXPECT_TRUE(table_.End(next));
}

TEST_F(FlightTableTest, RenewingKeepsTheLease) {
  const uint64_t token = *Claim("a");
  for (int i = 0; i < 5; ++i) {
    now_ += kLease / 2;
    EXPECT_TRUE(table_.Renew(token, now_));
    table_.Tick(now_);
  }
  EXPECT_TRUE(table_.End(token));
}

TEST_F(FlightTableTest, PatienceEndsAWaitAndNotTheFlight) {
  const uint64_t token = *Claim("a");
  EXPECT_EQ(*Claim("a", absl::Seconds(2)), 0u);
  EXPECT_EQ(*Claim("a", absl::Seconds(5)), 0u);
  now_ += absl::Seconds(2);
  table_.Tick(now_);
  EXPECT_THAT(ended_, ElementsAre(Ended::kPatience));
  EXPECT_TRUE(table_.End(token));
  EXPECT_THAT(ended_, ElementsAre(Ended::kPatience, Ended::kFlight));
}

TEST_F(FlightTableTest, BothBoundsRefuse) {
  for (const char* key : {"a", "b", "c"}) ASSERT_TRUE(Claim(key).ok());
  EXPECT_TRUE(absl::IsResourceExhausted(Claim("d").status()));
  EXPECT_EQ(*Claim("a"), 0u);
  EXPECT_EQ(*Claim("b"), 0u);
  EXPECT_TRUE(absl::IsResourceExhausted(Claim("c").status()));
  EXPECT_EQ(table_.flights(), 3);
}

TEST_F(FlightTableTest, ClosingEndsWaitsAndRefusesClaims) {
  const uint64_t token = *Claim("a");
  EXPECT_EQ(*Claim("a"), 0u);
  table_.Close();
  EXPECT_THAT(ended_, ElementsAre(Ended::kPatience));
  EXPECT_TRUE(absl::IsUnavailable(Claim("b").status()));
  EXPECT_TRUE(table_.End(token));
}

TEST(FlightTableThreadsTest, ManyThreadsHoldAKeyOneAtATime) {
  FlightTable table({});
  std::atomic<int> holding{0};
  std::atomic<int> held{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      for (int round = 0; round < 50;) {
        std::atomic<bool> ended{false};
        const uint64_t token = *table.Claim("key", absl::Now(), absl::InfiniteFuture(),
                                            [&ended](Ended) { ended = true; });
        if (token == 0) {
          while (!ended) std::this_thread::yield();
          continue;
        }
        EXPECT_EQ(++holding, 1);
        ++held;
        --holding;
        EXPECT_TRUE(table.End(token));
        ++round;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(held, 8 * 50);
  EXPECT_EQ(table.flights(), 0);
  EXPECT_EQ(table.waiters(), 0);
}

}  // namespace
}  // namespace weft
