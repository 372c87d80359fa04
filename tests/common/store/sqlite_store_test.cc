#include "common/store/sqlite_store.h"

#include <sqlite3.h>

#include <string>
#include <thread>
#include <vector>

#include "common/wire/schedule_proto.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/common/store/example_record.h"
#include "tests/learner/temporary_folder.h"

namespace weft {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class SqliteStoreTest : public ::testing::Test {
 protected:
  std::unique_ptr<SqliteStore> Open() {
    absl::StatusOr<std::unique_ptr<SqliteStore>> store = SqliteStore::Open({Path()});
    EXPECT_TRUE(store.ok()) << store.status();
    return *std::move(store);
  }
  std::string Path() const { return folder_.path() + "/store.sqlite"; }

  // What a person with the sqlite3 program sees.
  std::string Query(const std::string& sql) {
    absl::StatusOr<SqliteDatabase> database =
        SqliteDatabase::Open(Path(), absl::Seconds(5));
    EXPECT_TRUE(database.ok()) << database.status();
    absl::StatusOr<std::string> text = database->Text(sql);
    EXPECT_TRUE(text.ok()) << text.status();
    return text.value_or("");
  }

  TemporaryFolder folder_;
};

std::vector<std::string> SchedulesOf(const TaskRecords& records) {
  std::vector<std::string> schedules;
  for (const MeasurementRecord& record : records.best) {
    schedules.push_back(record.schedule);
  }
  return schedules;
}

TEST_F(SqliteStoreTest, ARecordComesBackWhole) {
  const auto store = Open();
  MeasurementRecord record = ExampleRecord();
  record.baseline = true;
  ASSERT_TRUE(store->Append(record).ok());
  const auto found = store->Find(record.key);
  ASSERT_TRUE(found.ok()) << found.status();
  ASSERT_TRUE(*found);
  EXPECT_EQ((*found)->key.Hash(), record.key.Hash());
  EXPECT_EQ((*found)->program, record.program);
  EXPECT_TRUE((*found)->baseline);
  EXPECT_EQ((*found)->limits.compile_seconds, record.limits.compile_seconds);
  EXPECT_EQ((*found)->limits.run_seconds, record.limits.run_seconds);
  EXPECT_EQ((*found)->limits.memory_bytes, record.limits.memory_bytes);
  EXPECT_EQ((*found)->schedule, record.schedule);
  EXPECT_EQ((*found)->schedule_module, record.schedule_module);
  EXPECT_EQ(ToProto((*found)->measurement).SerializeAsString(),
            ToProto(record.measurement).SerializeAsString());
}

TEST_F(SqliteStoreTest, AnUnknownKeyGivesNothing) {
  const auto found = Open()->Find(ExampleKey());
  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_FALSE(*found);
}

TEST_F(SqliteStoreTest, RowsAreThereAfterReopening) {
  ASSERT_TRUE(Open()->Append(ExampleRecord()).ok());
  EXPECT_TRUE(*Open()->Find(ExampleKey()));
}

TEST_F(SqliteStoreTest, TheNewestRowOfAKeyAnswersAndTheOlderStays) {
  const auto store = Open();
  ASSERT_TRUE(store->Append(FailedRecord(Outcome::kTimedOut)).ok());
  ASSERT_TRUE(store->Append(ExampleRecord()).ok());
  EXPECT_EQ((*store->Find(ExampleKey()))->measurement.outcome, Outcome::kOk);
  EXPECT_EQ(*store->CountRows(), 2);
}

TEST_F(SqliteStoreTest, TheBestSchedulesOfATaskComeFastestFirst) {
  const auto store = Open();
  MeasurementRecord baseline = ExampleRecord("stop", 9e-5);
  baseline.baseline = true;
  MeasurementRecord other_task = ExampleRecord("other", 1e-9);
  other_task.key.task = Sha256Hex("another task");
  MeasurementRecord other_cpu = ExampleRecord("other", 1e-9);
  other_cpu.key.cpu = "skylake";
  for (const MeasurementRecord& record :
       {ExampleRecord("c", 3e-5), baseline, ExampleRecord("a", 1e-5),
        ExampleRecord("b", 2e-5), FailedRecord(Outcome::kCrashed, "crashed"),
        other_task, other_cpu}) {
    ASSERT_TRUE(store->Append(record).ok());
  }
  const auto found = store->FindTask(ExampleKey().task_key(), 2);
  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_THAT(SchedulesOf(*found), ElementsAre("a", "b"));
  ASSERT_TRUE(found->baseline);
  EXPECT_EQ(found->baseline->measurement.seconds, 9e-5);
  EXPECT_THAT(SchedulesOf(*store->FindTask(ExampleKey().task_key(), 16)),
              ElementsAre("a", "b", "c"));
}

TEST_F(SqliteStoreTest, ATimeThatWasMeasuredAnewCountsAsItIsNow) {
  const auto store = Open();
  ASSERT_TRUE(store->Append(ExampleRecord("a", 1e-5)).ok());
  ASSERT_TRUE(store->Append(ExampleRecord("b", 2e-5)).ok());
  ASSERT_TRUE(store->Append(ExampleRecord("a", 3e-5)).ok());
  EXPECT_THAT(SchedulesOf(*store->FindTask(ExampleKey().task_key(), 16)),
              ElementsAre("b", "a"));
}

// As from somebody whose machine stood still while another measured the same.
TEST_F(SqliteStoreTest, ALaterTimeoutTakesNoTimeBack) {
  const auto store = Open();
  ASSERT_TRUE(store->Append(ExampleRecord("a", 1e-5)).ok());
  ASSERT_TRUE(store->Append(FailedRecord(Outcome::kTimedOut, "a")).ok());
  const auto found = store->Find(ExampleKey("a"));
  ASSERT_TRUE(found.ok() && *found);
  EXPECT_EQ((*found)->measurement.outcome, Outcome::kOk);
  EXPECT_THAT(SchedulesOf(*store->FindTask(ExampleKey().task_key(), 16)),
              ElementsAre("a"));
  ASSERT_TRUE(store->Append(FailedRecord(Outcome::kWrongResult, "a")).ok());
  EXPECT_TRUE(store->FindTask(ExampleKey().task_key(), 16)->best.empty());
}

TEST_F(SqliteStoreTest, TheBestOfOtherVersionsAreFoundOnlyWhenAnyWillDo) {
  const auto store = Open();
  MeasurementRecord older = ExampleRecord("older", 1e-5);
  older.key.pipeline += " before";
  ASSERT_TRUE(store->Append(older).ok());
  ASSERT_TRUE(store->Append(ExampleRecord("this", 2e-5)).ok());
  TaskKey task = ExampleKey().task_key();
  EXPECT_THAT(SchedulesOf(*store->FindTask(task, 1)), ElementsAre("this"));
  task.pipeline = task.compiler = task.protocol = "";
  EXPECT_THAT(SchedulesOf(*store->FindTask(task, 2)), ElementsAre("older", "this"));
}

// A schedule that changes nothing has the baseline's key, and is measured where the
// baseline was disturbed.
TEST_F(SqliteStoreTest, TheBaselineIsKeptWhenAScheduleOfItsKeyIsMeasured) {
  const auto store = Open();
  MeasurementRecord baseline = ExampleRecord("stop", 9e-5);
  baseline.baseline = true;
  ASSERT_TRUE(store->Append(baseline).ok());
  ASSERT_TRUE(store->Append(ExampleRecord("stop", 8e-5)).ok());
  const auto found = store->FindTask(ExampleKey().task_key(), 1);
  ASSERT_TRUE(found.ok()) << found.status();
  ASSERT_TRUE(found->baseline);
  EXPECT_EQ(found->baseline->measurement.seconds, 8e-5);
  EXPECT_TRUE(found->best.empty());
}

TEST_F(SqliteStoreTest, APlainScheduleThatFailedIsNoBaseline) {
  const auto store = Open();
  MeasurementRecord baseline = ExampleRecord("stop", 9e-5);
  baseline.baseline = true;
  ASSERT_TRUE(store->Append(baseline).ok());
  ASSERT_TRUE(store->Append(FailedRecord(Outcome::kTimedOut, "stop")).ok());
  const auto found = store->FindTask(ExampleKey().task_key(), 1);
  ASSERT_TRUE(found.ok()) << found.status();
  ASSERT_TRUE(found->baseline);
  EXPECT_EQ(found->baseline->measurement.seconds, 9e-5);
  const auto newest = store->Find(ExampleKey("stop"));
  ASSERT_TRUE(newest.ok() && *newest);
  EXPECT_TRUE(Validate(**newest).ok());
}

TEST_F(SqliteStoreTest, RefusesWhatIsOutOfBounds) {
  const auto store = Open();
  EXPECT_TRUE(
      absl::IsInvalidArgument(store->Append(FailedRecord(Outcome::kWorkerLost))));
  EXPECT_TRUE(
      absl::IsInvalidArgument(store->FindTask(ExampleKey().task_key(), 0).status()));
  EXPECT_TRUE(
      absl::IsInvalidArgument(store->FindTask(ExampleKey().task_key(), 17).status()));
  EXPECT_EQ(*store->CountRows(), 0);
}

TEST_F(SqliteStoreTest, PartsAndSamplesCanBeQueriedByAPerson) {
  ASSERT_TRUE(Open()->Append(ExampleRecord()).ok());
  EXPECT_EQ(Query("SELECT cpu || ' ' || threads || ' ' || outcome FROM measurements"),
            "znver4; 1 MiB 2 ok");
  EXPECT_EQ(Query("SELECT COUNT(*) FROM measurements, json_each(samples)"), "3");
  EXPECT_EQ(Query("SELECT MIN(value) = seconds FROM measurements, json_each(samples)"),
            "1");
}

TEST_F(SqliteStoreTest, AFullStoreRefusesAndLosesNothing) {
  absl::StatusOr<std::unique_ptr<SqliteStore>> store =
      SqliteStore::Open({Path(), /*max_bytes=*/256 << 10});
  ASSERT_TRUE(store.ok()) << store.status();
  MeasurementRecord record = ExampleRecord();
  record.schedule_module.assign(20000, 'x');
  int stored = 0;
  absl::Status status;
  while (stored < 100 && status.ok()) {
    status = (*store)->Append(record);
    if (status.ok()) ++stored;
  }
  EXPECT_TRUE(absl::IsResourceExhausted(status)) << status;
  EXPECT_GT(stored, 3);
  EXPECT_EQ(*(*store)->CountRows(), stored);
  EXPECT_TRUE(*(*store)->Find(record.key));
}

TEST_F(SqliteStoreTest, ManyWhoCreateTheFileAtOnceAllOpenIt) {
  for (int round = 0; round < 10; ++round) {
    const std::string path = folder_.path() + "/new" + std::to_string(round);
    std::vector<absl::Status> opened(4);
    std::vector<std::thread> threads;
    for (absl::Status& status : opened) {
      threads.emplace_back([&] { status = SqliteStore::Open({path}).status(); });
    }
    for (std::thread& thread : threads) thread.join();
    for (const absl::Status& status : opened) EXPECT_TRUE(status.ok()) << status;
  }
}

TEST_F(SqliteStoreTest, AFileThatIsNoDatabaseIsDataLossAndLeftAlone) {
  const std::string garbage(10000, 'g');
  Overwrite(Path(), garbage);
  const absl::Status status = SqliteStore::Open({Path()}).status();
  EXPECT_TRUE(absl::IsDataLoss(status)) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr(Path()));
  EXPECT_EQ(Contents(Path()), garbage);
}

TEST_F(SqliteStoreTest, AFileOfANewerVersionIsRefused) {
  Open().reset();
  Query("PRAGMA user_version = 99");
  const absl::Status status = SqliteStore::Open({Path()}).status();
  EXPECT_TRUE(absl::IsFailedPrecondition(status)) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr("schema version 99"));
}

TEST_F(SqliteStoreTest, ADatabaseOfAnotherProgramIsRefused) {
  Query("CREATE TABLE bookmarks (url TEXT)");
  const absl::Status status = SqliteStore::Open({Path()}).status();
  EXPECT_TRUE(absl::IsFailedPrecondition(status)) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr("another program"));
}

TEST_F(SqliteStoreTest, AFolderThatIsNotThereIsAnError) {
  EXPECT_FALSE(SqliteStore::Open({folder_.path() + "/no/store.sqlite"}).ok());
}

TEST_F(SqliteStoreTest, ABrokenMeasurementIsDataLossForItsKeyAlone) {
  const auto store = Open();
  ASSERT_TRUE(store->Append(ExampleRecord("a")).ok());
  ASSERT_TRUE(store->Append(ExampleRecord("b")).ok());
  Query("UPDATE measurements SET measurement = x'ff' WHERE schedule = 'a'");
  EXPECT_TRUE(absl::IsDataLoss(store->Find(ExampleKey("a")).status()));
  EXPECT_TRUE(*store->Find(ExampleKey("b")));
}

}  // namespace
}  // namespace weft
