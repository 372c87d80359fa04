// `./dev bench schedules` with a budget of almost nothing: what its rows say, not how
// fast anything is.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/process/child_process.h"
#include "common/store/local_store.h"
#include "common/store/sqlite_database.h"
#include "nlohmann/json.hpp"
#include "tests/learner/temporary_folder.h"

namespace weft {
namespace {

using nlohmann::json;
using ::testing::UnorderedElementsAreArray;

// The rows of docs/measurement.md.
const std::vector<std::string> kKeys = {
    "program",      "threads", "unscheduled_us", "best_us",  "libtorch_us",
    "ratio",        "gflops",  "gbps",           "schedule", "libtorch_variant",
    "measurements", "problem", "peak_fraction"};

std::string ReadFile(const std::string& path) {
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

class SchedulesBenchmarkTest : public testing::Test {
 protected:
  // The rows of the programs, searched with two measurements each.
  json Run(const std::vector<std::string>& programs) {
    const std::string file = folder_.path() + "/rows.json";
    const std::string log = folder_.path() + "/log";
    std::vector<std::string> command = {
        absl::StrCat(std::getenv("WEFT_BIN_DIR"), "/schedules-bench"),
        "--budget",
        "2",
        "--suite",
        absl::StrCat(std::getenv("WEFT_SOURCE_DIR"), "/datasets/suites/schedules"),
        "--output",
        output(),
        "--json",
        file};
    command.insert(command.end(), programs.begin(), programs.end());
    const auto bench = ChildProcess::Start(command, log);
    EXPECT_TRUE(bench.ok()) << bench.status();
    if (!bench.ok()) return json();
    const auto status = (*bench)->Wait(absl::Seconds(240));
    EXPECT_TRUE(status && status->ok()) << ReadFile(log);
    return json::parse(ReadFile(file), nullptr, /*allow_exceptions=*/false);
  }

  std::string output() const { return folder_.path() + "/output"; }

  TemporaryFolder folder_;
};

void ExpectConsistent(const json& row) {
  SCOPED_TRACE(row.dump(2));
  std::vector<std::string> keys;
  for (const auto& [key, value] : row.items()) keys.push_back(key);
  ASSERT_THAT(keys, UnorderedElementsAreArray(kKeys));
  EXPECT_EQ(row["problem"], "");
  EXPECT_EQ(row["threads"], 1);
  for (const char* key :
       {"unscheduled_us", "best_us", "libtorch_us", "gbps", "peak_fraction"}) {
    EXPECT_GT(row[key].get<double>(), 0) << key;
  }
  EXPECT_DOUBLE_EQ(row["ratio"].get<double>(),
                   row["libtorch_us"].get<double>() / row["best_us"].get<double>());
  EXPECT_NE(row["libtorch_variant"], "");
  EXPECT_GE(row["measurements"].get<int>(), 1);
  EXPECT_LE(row["measurements"].get<int>(), 2);
  EXPECT_NE(row["schedule"], "");
}

TEST_F(SchedulesBenchmarkTest, EveryRowHasTheDocumentedKeysAndTheyAgree) {
  const json rows = Run({"relu", "bmm"});
  ASSERT_EQ(rows.size(), 2u) << rows;
  EXPECT_EQ(rows[0]["program"], "relu");
  EXPECT_EQ(rows[1]["program"], "bmm");
  for (const json& row : rows) ExpectConsistent(row);
  // Those of the matmuls; the fill has hardly any.
  const double flops = 2.0 * 12 * 128 * 128 * 64;
  EXPECT_NEAR(
      rows[1]["gflops"].get<double>() * rows[1]["best_us"].get<double>() * 1e3 / flops,
      1, 0.02);
  const std::string documentation =
      ReadFile(absl::StrCat(std::getenv("WEFT_SOURCE_DIR"), "/docs/measurement.md"));
  for (const std::string& key : kKeys) {
    EXPECT_TRUE(absl::StrContains(documentation, absl::StrCat("`", key, "`"))) << key;
  }
}

TEST_F(SchedulesBenchmarkTest, TheUnscheduledTimeIsOfThisRunAndNotOfTheStore) {
  Run({"relu"});
  {
    const std::string path = output() + "/store.sqlite";
    const auto store = LocalStore::Open({path});
    ASSERT_TRUE(store.ok()) << store.status();
    auto database = SqliteDatabase::Open(path, absl::Seconds(5));
    ASSERT_TRUE(database.ok()) << database.status();
    const TaskKey task = {*database->Text("SELECT task FROM measurements LIMIT 1"),
                          *database->Text("SELECT cpu FROM measurements LIMIT 1"),
                          1,
                          "",
                          "",
                          ""};
    const auto records = (*store)->FindTask(task, 1);
    ASSERT_TRUE(records.ok()) << records.status();
    ASSERT_TRUE(records->baseline.has_value());
    MeasurementRecord baseline = *records->baseline;
    baseline.measurement.disturbed = false;
    baseline.measurement.seconds = 1e-12;
    const absl::Status recorded = (*store)->Record(0, baseline);
    ASSERT_TRUE(recorded.ok()) << recorded;
  }
  const json rows = Run({"relu"});
  ASSERT_EQ(rows.size(), 1u) << rows;
  EXPECT_GT(rows[0]["unscheduled_us"].get<double>(), 1e-3);
}

}  // namespace
}  // namespace weft
