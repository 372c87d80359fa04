// Two threads from the command line to the measurement and the store's key.

#include <thread>

#include "common/store/sqlite_database.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/integration/training_run.h"

namespace weft {
namespace {

bool HasTwoCpus() { return std::thread::hardware_concurrency() >= 2; }

// The thread counts of the keys in a store, and how many keys there are.
std::string ThreadsIn(const std::string& path) {
  absl::StatusOr<SqliteDatabase> database =
      SqliteDatabase::Open(path, absl::Seconds(5));
  EXPECT_TRUE(database.ok()) << database.status();
  return *database->Text("SELECT group_concat(DISTINCT threads) FROM measurements");
}

TEST(ThreadsTest, ASearchMeasuresWithThem) {
  if (!HasTwoCpus()) GTEST_SKIP() << "there is one CPU";
  const TemporaryFolder folder;
  const Finished search =
      RunToEnd({Program("weft"), "search", SourcePath("tests/programs/matmul.mlir"),
                "--threads", "2", "--strategy", "random", "--budget", "6",
                "--timing-budget", "0.01", "-o", folder.path(), "--json"});
  ASSERT_TRUE(search.status.ok()) << search.output;
  EXPECT_THAT(search.output, testing::HasSubstr("\"threads\": 2")) << search.output;
  EXPECT_EQ(ThreadsIn(folder.path() + "/store.sqlite"), "2");
  EXPECT_THAT(FileText(folder.path() + "/matmul.mlir"),
              testing::HasSubstr("2 threads"));
}

TEST(ThreadsTest, ATrainingRunMeasuresWithThem) {
  if (!HasTwoCpus()) GTEST_SKIP() << "there is one CPU";
  TrainingRun run(RealConfig(1));
  run.Start({"measure.threads=2"});
  const auto status = run.Wait(absl::Seconds(120));
  ASSERT_TRUE(status && status->ok()) << run.Everything();
  EXPECT_EQ(run.Summary()["wrong"].get<int>(), 0);
  EXPECT_GE(run.Summary()["measurements"].get<int>(), 1) << run.Everything();
  EXPECT_EQ(ThreadsIn(run.run_folder() + "/store.sqlite"), "2");
}

}  // namespace
}  // namespace weft
