#include "actor/search/journal.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace weft {
namespace {

class JournalTest : public testing::Test {
 protected:
  JournalTest() { std::filesystem::remove(path_); }
  ~JournalTest() override { std::filesystem::remove(path_); }

  void AppendText(const std::string& text) {
    std::ofstream(path_, std::ios::app) << text;
  }

  const JournalSubject subject_{"matmul", "func.func @main", "znver5", 1, "pipeline a"};
  const std::string path_ =
      testing::TempDir() +
      testing::UnitTest::GetInstance()->current_test_info()->name();
};

Schedule Tiled(int64_t size) {
  Action tile;
  tile.kind = ActionKind::kTile;
  tile.sizes = {size, 0, 0};
  return {tile, Action{}};
}

EpisodeResult Took(double seconds) {
  EpisodeResult result;
  result.measurement.seconds = seconds;
  result.measurement.samples = {seconds * 2, seconds};
  result.unscheduled_seconds = 1;
  result.schedule_module = "module {\n}\n";
  return result;
}

TEST_F(JournalTest, RemembersWhatWasAppendedAfterItIsOpenedAgain) {
  {
    auto journal = Journal::Open(path_, subject_);
    ASSERT_TRUE(journal.ok()) << journal.status();
    ASSERT_TRUE((*journal)->Append(Tiled(8), Took(0.25)).ok());
    EpisodeResult failed;
    failed.measurement.outcome = Outcome::kTimedOut;
    failed.measurement.message = "bytes that are no text: \xff\xfe";
    ASSERT_TRUE((*journal)->Append(Tiled(16), failed).ok());
  }
  auto journal = Journal::Open(path_, subject_);
  ASSERT_TRUE(journal.ok()) << journal.status();
  ASSERT_EQ((*journal)->size(), 2u);
  const EpisodeResult* found = (*journal)->Find(Tiled(8));
  ASSERT_NE(found, nullptr);
  EXPECT_EQ(found->measurement.seconds, 0.25);
  EXPECT_EQ(found->measurement.samples, (std::vector<double>{0.5, 0.25}));
  EXPECT_EQ(found->schedule_module, "module {\n}\n");
  EXPECT_EQ((*journal)->Find(Tiled(16))->measurement.outcome, Outcome::kTimedOut);
  EXPECT_EQ((*journal)->Find(Tiled(32)), nullptr);
}

TEST_F(JournalTest, CutsOffALineThatItsWriterDidNotFinish) {
  {
    auto journal = Journal::Open(path_, subject_);
    ASSERT_TRUE(journal.ok()) << journal.status();
    ASSERT_TRUE((*journal)->Append(Tiled(8), Took(0.25)).ok());
  }
  AppendText("{\"schedule\":\"ti");
  {
    auto journal = Journal::Open(path_, subject_);
    ASSERT_TRUE(journal.ok()) << journal.status();
    EXPECT_EQ((*journal)->size(), 1u);
    ASSERT_TRUE((*journal)->Append(Tiled(16), Took(0.5)).ok());
  }
  auto journal = Journal::Open(path_, subject_);
  ASSERT_TRUE(journal.ok()) << journal.status();
  EXPECT_EQ((*journal)->size(), 2u);
}

TEST_F(JournalTest, RefusesTimesOfAnotherProgramOrMachine) {
  ASSERT_TRUE(Journal::Open(path_, subject_).ok());
  for (int change = 0; change < 4; ++change) {
    JournalSubject other = subject_;
    if (change == 0) other.source += "// changed";
    if (change == 1) other.cpu = "znver3";
    if (change == 2) other.threads = 2;
    if (change == 3) other.versions = "pipeline b";
    EXPECT_EQ(Journal::Open(path_, other).status().code(),
              absl::StatusCode::kFailedPrecondition)
        << change;
  }
}

TEST_F(JournalTest, NamesTheLineThatIsCorrupt) {
  ASSERT_TRUE(Journal::Open(path_, subject_).ok());
  AppendText("{\"schedule\":1}\n");
  const absl::Status status = Journal::Open(path_, subject_).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  EXPECT_NE(std::string(status.message()).find(":2:"), std::string::npos) << status;
}

TEST_F(JournalTest, BelongsToOneSearchAtATime) {
  const auto journal = Journal::Open(path_, subject_);
  ASSERT_TRUE(journal.ok()) << journal.status();
  EXPECT_EQ(Journal::Open(path_, subject_).status().code(),
            absl::StatusCode::kFailedPrecondition);
}

}  // namespace
}  // namespace weft
