#include "learner/ingest/credit_ledger.h"

#include <map>
#include <random>
#include <vector>

#include "gtest/gtest.h"

namespace weft {
namespace {

uint32_t Total(const std::vector<Grant>& grants) {
  uint32_t total = 0;
  for (const Grant& grant : grants) total += grant.episodes;
  return total;
}

TEST(CreditLedgerTest, GrantsNoMoreThanTheRoomInTheQueue) {
  CreditLedger ledger({48, 0});
  ledger.Connect("a", 100);
  EXPECT_EQ(Total(ledger.Distribute(5)), 5u);
  EXPECT_EQ(Total(ledger.Distribute(5)), 0u);
  EXPECT_EQ(Total(ledger.Distribute(6)), 1u);
}

TEST(CreditLedgerTest, GrantsNoMoreThanMayBeOutstanding) {
  CreditLedger ledger({48, 0});
  ledger.Connect("a", 100);
  EXPECT_EQ(Total(ledger.Distribute(1000)), 48u);
}

TEST(CreditLedgerTest, SharesFairlyOverStreams) {
  CreditLedger ledger({9, 0});
  ledger.Connect("a", 100);
  ledger.Connect("b", 100);
  ledger.Connect("c", 100);
  for (const Grant& grant : ledger.Distribute(1000)) EXPECT_EQ(grant.episodes, 3u);
}

TEST(CreditLedgerTest, GivesAStreamAtMostTwiceWhatItCanRun) {
  CreditLedger ledger({48, 0});
  ledger.Connect("a", 2);
  EXPECT_EQ(Total(ledger.Distribute(1000)), 4u);
}

TEST(CreditLedgerTest, ACreditPaysOnce) {
  CreditLedger ledger({1, 0});
  const StreamId stream = ledger.Connect("a", 1);
  EXPECT_FALSE(ledger.Spend(stream));
  ledger.Distribute(10);
  EXPECT_TRUE(ledger.Spend(stream));
  EXPECT_FALSE(ledger.Spend(stream));
  EXPECT_EQ(ledger.outstanding(), 0);
}

TEST(CreditLedgerTest, CreditsOfALostStreamGoToOthersAtOnce) {
  CreditLedger ledger({4, 0});
  const StreamId lost = ledger.Connect("a", 4);
  EXPECT_EQ(Total(ledger.Distribute(10)), 4u);
  const StreamId other = ledger.Connect("b", 4);
  EXPECT_EQ(Total(ledger.Distribute(10)), 0u);
  ledger.Disconnect(lost);
  const std::vector<Grant> grants = ledger.Distribute(10);
  ASSERT_EQ(grants.size(), 1u);
  EXPECT_EQ(grants[0].stream, other);
  EXPECT_EQ(grants[0].episodes, 4u);
}

TEST(CreditLedgerTest, ARunThatComesBackMaySendWhatItHadBegunAndNoMore) {
  CreditLedger ledger({3, 0});
  const StreamId lost = ledger.Connect("a", 4);
  ledger.Distribute(10);
  ledger.Spend(lost);
  ledger.Disconnect(lost);
  const StreamId again = ledger.Connect("a", 4);
  EXPECT_TRUE(ledger.Spend(again));
  EXPECT_TRUE(ledger.Spend(again));
  EXPECT_FALSE(ledger.Spend(again));
  const StreamId stranger = ledger.Connect("b", 4);
  EXPECT_FALSE(ledger.Spend(stranger));
}

TEST(CreditLedgerTest, ARestartedLearnerTakesWhatAnEarlierOneHadGranted) {
  CreditLedger ledger({2, 2});
  const StreamId stream = ledger.Connect("a", 4);
  EXPECT_TRUE(ledger.Spend(stream));
  EXPECT_TRUE(ledger.Spend(stream));
  EXPECT_FALSE(ledger.Spend(stream));
  ledger.Disconnect(stream);
  EXPECT_FALSE(
      ledger.Spend(ledger.Connect("a", 4)));  // Not the first contact any more.
}

TEST(CreditLedgerTest, AllowancesThatAreNeverUsedDoNotHoldUpGrants) {
  CreditLedger ledger({4, 4});
  const StreamId stream = ledger.Connect("a", 1);
  for (int episode = 0; episode < 20; ++episode) {
    EXPECT_GT(Total(ledger.Distribute(10)), 0u);
    while (ledger.outstanding() > 0) EXPECT_TRUE(ledger.Spend(stream));
  }
}

TEST(CreditLedgerTest, GrantsNothingOnceStopped) {
  CreditLedger ledger({48, 0});
  ledger.Connect("a", 4);
  ledger.Stop();
  EXPECT_EQ(Total(ledger.Distribute(10)), 0u);
}

// Whatever happens in whatever order, the sum over streams of what was granted and not
// spent is what the ledger says, and within its bound.
TEST(CreditLedgerTest, ARandomHistoryKeepsTheBooksBalanced) {
  std::mt19937_64 random(7);
  CreditLedger ledger({10, 0});
  std::map<StreamId, uint32_t> held;
  for (int step = 0; step < 20000; ++step) {
    const uint64_t choice = random() % 10;
    if (choice == 0 && held.size() < 6) {
      // A name of its own: a run that carries credits would blur the books of the test.
      held[ledger.Connect("run " + std::to_string(step), 1 + random() % 4)] = 0;
    } else if (choice == 1 && !held.empty()) {
      const auto it = std::next(held.begin(), random() % held.size());
      ledger.Disconnect(it->first);
      held.erase(it);
    } else if (choice < 6 && !held.empty()) {
      const auto it = std::next(held.begin(), random() % held.size());
      ASSERT_EQ(ledger.Spend(it->first), it->second > 0);
      if (it->second > 0) --it->second;
    } else {
      const int room = static_cast<int>(random() % 15);
      const int before = ledger.outstanding();
      for (const Grant& grant : ledger.Distribute(room)) {
        held[grant.stream] += grant.episodes;
      }
      ASSERT_LE(ledger.outstanding(), std::max(before, std::min(room, 10)));
    }
    int sum = 0;
    for (const auto& [stream, credits] : held) sum += static_cast<int>(credits);
    ASSERT_EQ(ledger.outstanding(), sum);
    ASSERT_LE(sum, 10);
  }
}

}  // namespace
}  // namespace weft
