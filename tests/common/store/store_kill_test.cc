// A writer that is killed at any moment loses nothing that it has acknowledged.
#include <signal.h>

#include <cstdlib>
#include <fstream>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/process/child_process.h"
#include "common/store/sqlite_store.h"
#include "gtest/gtest.h"
#include "tests/common/store/example_record.h"
#include "tests/learner/temporary_folder.h"

namespace weft {
namespace {

constexpr int kKills = 12;

// A line that the kill cut off has no end and was not acknowledged to anybody.
std::vector<int> Acknowledged(const std::string& log) {
  std::vector<int> numbers;
  std::ifstream file(log);
  for (std::string line; std::getline(file, line) && !file.eof();) {
    numbers.push_back(std::atoi(line.c_str()));
  }
  return numbers;
}

std::string IntegrityOf(const std::string& path) {
  absl::StatusOr<SqliteDatabase> database =
      SqliteDatabase::Open(path, absl::Seconds(5));
  if (!database.ok()) return database.status().ToString();
  return database->Text("PRAGMA integrity_check").value_or("cannot be checked");
}

TEST(StoreKillTest, EveryAcknowledgedRowIsThereAfterAKill) {
  const TemporaryFolder folder;
  const std::string path = folder.path() + "/store.sqlite";
  const std::string writer = std::string(std::getenv("WEFT_BIN_DIR")) + "/store_writer";
  std::mt19937 random(7);
  std::vector<int> acknowledged;
  for (int round = 0; round < kKills; ++round) {
    const std::string log = absl::StrCat(folder.path(), "/", round);
    auto child =
        ChildProcess::Start({writer, path, absl::StrCat(round * 1000000)}, log);
    ASSERT_TRUE(child.ok()) << child.status();
    // Also while it opens the file and replays the log of the one before it.
    const int milliseconds = std::uniform_int_distribution<int>(1, 400)(random);
    absl::SleepFor(absl::Milliseconds(milliseconds));
    (*child)->Signal(SIGKILL);
    ASSERT_TRUE((*child)->Wait(absl::Seconds(20)).has_value());
    for (int number : Acknowledged(log)) acknowledged.push_back(number);

    ASSERT_EQ(IntegrityOf(path), "ok") << "kill " << round;
    const auto store = SqliteStore::Open({path});
    ASSERT_TRUE(store.ok()) << store.status();
    for (int number : acknowledged) {
      const auto found = (*store)->Find(ExampleKey(absl::StrCat(number)));
      ASSERT_TRUE(found.ok()) << found.status();
      ASSERT_TRUE(*found) << "row " << number << " is lost by kill " << round;
    }
  }
  EXPECT_GT(acknowledged.size(), 20u);  // Else the kills came too early to prove much.
}

}  // namespace
}  // namespace weft
