#include "learner/ingest/trajectory_log.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/learner/temporary_folder.h"

namespace weft {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

class TrajectoryLogTest : public ::testing::Test {
 protected:
  std::unique_ptr<TrajectoryLog> Open() {
    absl::StatusOr<std::unique_ptr<TrajectoryLog>> log = TrajectoryLog::Open(options_);
    EXPECT_TRUE(log.ok()) << log.status();
    return *std::move(log);
  }

  static LogRecord Record(uint64_t sequence, const std::string& body,
                          const std::string& run = "run") {
    LogRecord record;
    record.sequence = sequence;
    record.actor_id = "actor";
    record.actor_run_id = run;
    record.body = body;
    return record;
  }

  static void AppendAll(TrajectoryLog* log, int count) {
    for (int i = 1; i <= count; ++i) {
      ASSERT_TRUE(log->Append(Record(i, absl::StrCat("body ", i))).ok());
    }
  }

  // Positions 1 to `count` as AppendAll wrote them, but for `lost` that were dropped.
  static void ExpectAllBut(const std::vector<LogRecord>& records, uint64_t count,
                           int lost) {
    ASSERT_EQ(records.size(), count);
    for (uint64_t i = 0; i < count; ++i) {
      EXPECT_EQ(records[i].position, i + 1);
      if (records[i].body == absl::StrCat("body ", i + 1)) continue;
      EXPECT_EQ(records[i].type, LogRecord::Type::kDropped);
      EXPECT_EQ(records[i].body, kDropLost);
      --lost;
    }
    EXPECT_EQ(lost, 0);
  }

  std::vector<std::string> Files() const {
    std::vector<std::string> files;
    for (const auto& entry : std::filesystem::directory_iterator(options_.folder)) {
      files.push_back(entry.path().string());
    }
    std::sort(files.begin(), files.end());
    return files;
  }

  TemporaryFolder folder_;
  TrajectoryLogOptions options_{folder_.path() + "/log"};
};

TEST_F(TrajectoryLogTest, PositionsCountFromOneAndRecordsComeBackInOrder) {
  const std::unique_ptr<TrajectoryLog> log = Open();
  EXPECT_EQ(*log->Append(Record(1, "a")), 1u);
  EXPECT_EQ(*log->Append(Record(2, "b")), 2u);
  const std::vector<LogRecord> records = *log->ReadAfter(0);
  ASSERT_THAT(records, SizeIs(2));
  EXPECT_EQ(records[1].position, 2u);
  EXPECT_EQ(records[1].body, "b");
  EXPECT_THAT(*log->ReadAfter(1), SizeIs(1));
  EXPECT_THAT(*log->ReadAfter(2), SizeIs(0));
}

TEST_F(TrajectoryLogTest, GoesOnAfterItWasOpenedAgain) {
  AppendAll(Open().get(), 3);
  const std::unique_ptr<TrajectoryLog> log = Open();
  EXPECT_EQ(log->last_position(), 3u);
  EXPECT_EQ(log->HighWater("actor", "run"), 3u);
  EXPECT_EQ(*log->Append(Record(4, "body 4")), 4u);
  EXPECT_EQ(log->ReadAfter(3)->front().body, "body 4");
}

TEST_F(TrajectoryLogTest, ATailTornAtAnyByteOfTheLastRecordCostsThatRecordAlone) {
  AppendAll(Open().get(), 2);
  const std::string path = Files().front();
  const uint64_t two_records = std::filesystem::file_size(path);
  ASSERT_TRUE(Open()->Append(Record(3, "the last record")).ok());
  const std::string whole = Contents(path);
  ASSERT_GT(whole.size(), two_records);
  for (size_t length = two_records; length < whole.size(); ++length) {
    Overwrite(path, whole.substr(0, length));
    const std::unique_ptr<TrajectoryLog> log = Open();
    ASSERT_EQ(log->last_position(), 2u) << "cut to " << length << " bytes";
    ASSERT_EQ(log->HighWater("actor", "run"), 2u);
    ASSERT_EQ(*log->Append(Record(3, "sent again")), 3u);
    ASSERT_EQ(log->ReadAfter(2)->front().body, "sent again");
  }
}

TEST_F(TrajectoryLogTest, AFlippedBitInTheLastRecordIsNoticed) {
  AppendAll(Open().get(), 3);
  const std::string path = Files().front();
  std::string bytes = Contents(path);
  bytes[bytes.size() - 2] ^= 0x10;
  Overwrite(path, bytes);
  EXPECT_EQ(Open()->last_position(), 2u);
}

TEST_F(TrajectoryLogTest, EverythingReportedByAWriterSurvivesItsKill) {
  int pipe_ends[2];
  ASSERT_EQ(pipe(pipe_ends), 0);
  const pid_t writer = fork();
  if (writer == 0) {
    absl::StatusOr<std::unique_ptr<TrajectoryLog>> log = TrajectoryLog::Open(options_);
    for (uint64_t sequence = 1;; ++sequence) {
      const absl::StatusOr<uint64_t> position =
          (*log)->Append(Record(sequence, std::string(sequence % 5000, 'x')));
      if (!position.ok() || write(pipe_ends[1], &*position, sizeof(*position)) < 0) {
        _exit(1);
      }
    }
  }
  close(pipe_ends[1]);
  uint64_t acknowledged = 0;
  for (int i = 0; i < 500; ++i) {
    ASSERT_EQ(read(pipe_ends[0], &acknowledged, sizeof(acknowledged)),
              static_cast<ssize_t>(sizeof(acknowledged)));
  }
  ASSERT_EQ(kill(writer, SIGKILL), 0);
  ASSERT_EQ(waitpid(writer, nullptr, 0), writer);
  uint64_t last = 0;
  while (read(pipe_ends[0], &last, sizeof(last)) == sizeof(last)) acknowledged = last;
  close(pipe_ends[0]);

  const std::unique_ptr<TrajectoryLog> log = Open();
  EXPECT_GE(log->last_position(), acknowledged);
  const std::vector<LogRecord> records = *log->ReadAfter(0);
  for (const LogRecord& record : records) {
    ASSERT_EQ(record.body.size(), record.sequence % 5000);
  }
}

TEST_F(TrajectoryLogTest, HighWaterMarksSurviveTrimmingAndRestart) {
  options_.segment_bytes = 200;
  {
    const std::unique_ptr<TrajectoryLog> log = Open();
    ASSERT_TRUE(log->Append(Record(41, "early", "an old run")).ok());
    AppendAll(log.get(), 20);
    ASSERT_GT(Files().size(), 3u);
    ASSERT_TRUE(log->Trim(log->last_position()).ok());
    EXPECT_THAT(Files(), SizeIs(1));
  }
  const std::unique_ptr<TrajectoryLog> log = Open();
  EXPECT_EQ(log->HighWater("actor", "an old run"), 41u);
  EXPECT_EQ(log->HighWater("actor", "run"), 20u);
  EXPECT_EQ(log->HighWater("actor", "never seen"), 0u);
  EXPECT_EQ(log->last_position(), 21u);
}

TEST_F(TrajectoryLogTest, TrimKeepsWhatLiesAboveThePosition) {
  options_.segment_bytes = 200;
  const std::unique_ptr<TrajectoryLog> log = Open();
  AppendAll(log.get(), 20);
  for (uint64_t position = 0; position <= 20; ++position) {
    ASSERT_TRUE(log->Trim(position).ok());
    const absl::StatusOr<std::vector<LogRecord>> records = log->ReadAfter(position);
    ASSERT_TRUE(records.ok()) << records.status();
    ASSERT_EQ(records->size(), 20 - position);
  }
}

TEST_F(TrajectoryLogTest, ReadingFromBelowWhatWasTrimmedIsDataLoss) {
  options_.segment_bytes = 200;
  const std::unique_ptr<TrajectoryLog> log = Open();
  AppendAll(log.get(), 20);
  ASSERT_TRUE(log->Trim(15).ok());
  const absl::Status status = log->ReadAfter(0).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(std::string(status.message()), HasSubstr("position 1 is missing"));
}

TEST_F(TrajectoryLogTest, CorruptionInAnOlderSegmentIsADropAtItsPosition) {
  options_.segment_bytes = 200;
  AppendAll(Open().get(), 20);
  std::string bytes = Contents(Files()[1]);
  bytes.back() ^= 1;
  Overwrite(Files()[1], bytes);
  ExpectAllBut(*Open()->ReadAfter(0), 20, 1);
}

TEST_F(TrajectoryLogTest, ACorruptRecordInTheMiddleCostsThatRecordAlone) {
  AppendAll(Open().get(), 9);
  const std::string whole = Contents(Files().front());
  // In its body, and in its length, after which nothing tells where the next begins.
  const size_t body = whole.find("body 5");
  const size_t length = whole.find("body 4") + 6;
  for (const size_t offset : {body, length, length + 2}) {
    std::string bytes = whole;
    bytes[offset] ^= 0x11;
    Overwrite(Files().front(), bytes);
    const std::unique_ptr<TrajectoryLog> log = Open();
    EXPECT_EQ(log->last_position(), 9u);
    const std::vector<LogRecord> records = *log->ReadAfter(0);
    ExpectAllBut(records, 9, 1);
    EXPECT_EQ(records[4].body, kDropLost);
    EXPECT_EQ(*log->Append(Record(10, "body 10")), 10u);
    EXPECT_THAT(*log->ReadAfter(0), SizeIs(10));
  }
}

TEST_F(TrajectoryLogTest, ALostSegmentIsADropAtEachOfItsPositions) {
  options_.segment_bytes = 200;
  AppendAll(Open().get(), 20);
  const std::vector<std::string> files = Files();
  ASSERT_GE(files.size(), 4u);
  std::filesystem::remove(files[2]);
  const std::vector<LogRecord> records = *Open()->ReadAfter(0);
  ASSERT_THAT(records, SizeIs(20));
  EXPECT_EQ(records.back().body, "body 20");
  EXPECT_GT(std::count_if(records.begin(), records.end(),
                          [](const LogRecord& r) { return r.body == kDropLost; }),
            0);
}

TEST_F(TrajectoryLogTest, PositionsThatACheckpointKnowsAreNotGivenOutAgain) {
  options_.segment_bytes = 200;
  AppendAll(Open().get(), 20);
  const std::vector<std::string> files = Files();
  std::filesystem::remove(files.back());
  options_.used_positions = 20;
  {
    const std::unique_ptr<TrajectoryLog> log = Open();
    EXPECT_EQ(log->last_position(), 20u);
    EXPECT_THAT(*log->ReadAfter(20), SizeIs(0));
    EXPECT_EQ(*log->Append(Record(21, "new")), 21u);
    EXPECT_EQ(log->ReadAfter(20)->front().body, "new");
  }
  std::filesystem::remove_all(options_.folder);
  const std::unique_ptr<TrajectoryLog> empty = Open();
  EXPECT_EQ(*empty->Append(Record(1, "newer")), 21u);
  EXPECT_EQ(Open()->last_position(), 21u);
}

TEST_F(TrajectoryLogTest, ForgetsTheOldestRunsBeyondItsBound) {
  options_.max_runs = 3;
  const std::unique_ptr<TrajectoryLog> log = Open();
  for (int i = 0; i < 5; ++i) {
    ASSERT_TRUE(log->Append(Record(7, "x", absl::StrCat("run ", i))).ok());
  }
  EXPECT_EQ(log->HighWater("actor", "run 1"), 0u);
  EXPECT_EQ(log->HighWater("actor", "run 2"), 7u);
  EXPECT_EQ(log->HighWater("actor", "run 4"), 7u);
}

// A limit on the size of files stands for a full disk: a write fails in its middle,
// too.
TEST_F(TrajectoryLogTest, AFullDiskIsNamedStoresNothingAndIsRecoveredFrom) {
  const std::unique_ptr<TrajectoryLog> log = Open();
  AppendAll(log.get(), 2);
  const uint64_t before = std::filesystem::file_size(Files().front());
  signal(SIGXFSZ, SIG_IGN);
  rlimit unlimited;
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &unlimited), 0);
  rlimit limited = unlimited;
  limited.rlim_cur = before + 100;
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &limited), 0);
  const absl::Status status = log->Append(Record(3, std::string(1000, 'x'))).status();
  setrlimit(RLIMIT_FSIZE, &unlimited);

  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_THAT(std::string(status.message()), HasSubstr(Files().front()));
  EXPECT_EQ(std::filesystem::file_size(Files().front()), before);
  EXPECT_EQ(log->last_position(), 2u);
  EXPECT_EQ(log->HighWater("actor", "run"), 2u);
  EXPECT_EQ(*log->Append(Record(3, "fits")), 3u);
  EXPECT_EQ(Open()->ReadAfter(2)->front().body, "fits");
}

TEST_F(TrajectoryLogTest, AFileThatIsNoLogIsRefusedByName) {
  std::filesystem::create_directory(options_.folder);
  const std::string path = options_.folder + "/trajectories-00000000000000000001.log";
  Overwrite(path, "something else entirely");
  const absl::Status status = TrajectoryLog::Open(options_).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(std::string(status.message()), HasSubstr(path));
}

}  // namespace
}  // namespace weft
