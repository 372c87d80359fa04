// The schedule store between real processes: what one has measured, no other measures.

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/store/sqlite_database.h"
#include "gtest/gtest.h"
#include "tests/integration/training_run.h"

namespace weft {
namespace {

int64_t Count(const std::string& store, const std::string& sql) {
  absl::StatusOr<SqliteDatabase> database =
      SqliteDatabase::Open(store, absl::Seconds(10));
  EXPECT_TRUE(database.ok()) << database.status();
  if (!database.ok()) return -1;
  const absl::StatusOr<int64_t> count =
      database->Number(absl::StrCat("SELECT COUNT(*) FROM ", sql));
  EXPECT_TRUE(count.ok()) << count.status();
  return count.value_or(-1);
}

// Two programs, so that two actors are at the same one all the time.
class TwoPrograms {
 public:
  TwoPrograms() {
    for (const char* program : {"relu", "matmul"}) {
      WriteFile(
          absl::StrCat(folder_.path(), "/", program, ".mlir"),
          FileText(SourcePath(absl::StrCat("tests/programs/", program, ".mlir"))));
    }
  }
  const std::string& path() const { return folder_.path(); }

 private:
  TemporaryFolder folder_;
};

TEST(StoreTest, TwoActorsAtOnceMeasureNoScheduleTwice) {
  const TwoPrograms suite;
  TrainingRun run(RealConfig(6));
  run.Start({"suite=" + suite.path(), "actor.actors=2"});
  ASSERT_TRUE(Eventually(
      [&] {
        return !run.AdminAddress("actor-actor-0.json").empty() &&
               !run.AdminAddress("actor-actor-1.json").empty();
      },
      absl::Seconds(120)))
      << run.Everything();
  const auto status = run.Wait(absl::Seconds(240));
  ASSERT_TRUE(status && status->ok()) << run.Everything();
  const std::string store = run.run_folder() + "/store.sqlite";
  // Both actors needed both, and began with them.
  EXPECT_EQ(Count(store, "(SELECT DISTINCT key FROM measurements WHERE baseline = 1)"),
            2)
      << run.Everything();
  // A limit that was too short says nothing about a longer one, and a disturbed
  // baseline little about a clean one, so they may be tried anew.
  EXPECT_EQ(Count(store,
                  "(SELECT key FROM measurements "
                  "WHERE outcome NOT IN ('timed_out', 'out_of_memory') "
                  "AND NOT (baseline = 1 AND disturbed = 1) "
                  "GROUP BY key HAVING COUNT(*) > 1)"),
            0);
  // So there was something to measure twice: 48 episodes of two small programs.
  EXPECT_GT(run.Summary()["known"].get<int>(), 0)
      << "no episode found its schedule in the store";
}

TEST(StoreTest, ARepetitionOfARunFindsWhatTheRunHadMeasured) {
  const TemporaryFolder folder;
  const std::string store = folder.path() + "/store.sqlite";
  // As many credits as the iteration takes episodes: its episodes are the first turns.
  const std::vector<std::string> settings = {"learner.store_path=" + store,
                                             "learner.max_outstanding_episodes=8"};
  TrainingRun first(RealConfig(1));
  first.Start(settings);
  auto status = first.Wait(absl::Seconds(240));
  ASSERT_TRUE(status && status->ok()) << first.Everything();
  const std::string schedules = "measurements WHERE baseline = 0";
  const int64_t measured = Count(store, schedules);
  EXPECT_GE(measured, 5) << first.Everything();

  TrainingRun second(RealConfig(1));
  second.Start(settings);
  status = second.Wait(absl::Seconds(240));
  ASSERT_TRUE(status && status->ok()) << second.Everything();
  EXPECT_EQ(second.Summary()["episodes"], first.Summary()["episodes"]);
  // Each of the two slots may begin one more episode before it is told of the end.
  EXPECT_LE(Count(store, schedules), measured + 2) << second.Everything();
}

}  // namespace
}  // namespace weft
