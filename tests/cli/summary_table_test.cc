#include "cli/train/summary_table.h"
#include "cli/train/run_summary.h"

#include <fstream>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace weft {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

nlohmann::json Summary() {
  return {{"episodes", 640},
          {"measurements", 610},
          {"wrong", 0},
          {"crashed", 1},
          {"timed_out", 2},
          {"geomean_speedup", 5.25},
          {"wall_seconds", 190.0},
          {"env_steps_per_second", 14.2},
          {"measured_schedules_per_second", 3.6},
          {"mean_reward_first_quarter", -3.5},
          {"mean_reward_last_quarter", -2.25},
          {"programs",
           {{{"program", "slow"},
             {"unscheduled_us", 10.0},
             {"best_us", 0.0},
             {"speedup", 1.0}},
            {{"program", "fast"},
             {"unscheduled_us", 100.0},
             {"best_us", 10.0},
             {"speedup", 10.0},
             {"schedule", "tile[8]"}}}}};
}

std::string Write(const std::string& text) {
  const std::string path = ::testing::TempDir() + "summary_table_test.json";
  std::ofstream(path) << text;
  return path;
}

TEST(SummaryTableTest, ListsProgramsBestFirst) {
  const std::string table = SummaryTable(Summary(), false);
  EXPECT_LT(table.find("fast"), table.find("slow"));
  EXPECT_THAT(table, HasSubstr("10.00x  tile[8]"));
}

TEST(SummaryTableTest, AProgramThatWasNeverMeasuredClaimsNoSpeedUp) {
  const std::string table = SummaryTable(Summary(), false);
  EXPECT_THAT(table, HasSubstr("no correct measurement"));
  EXPECT_THAT(table, Not(HasSubstr("1.00x")));
}

TEST(SummaryTableTest, ComparesTheFirstAndTheLastQuarter) {
  EXPECT_THAT(SummaryTable(Summary(), false),
              HasSubstr("first quarter -3.500, last quarter -2.250 (+1.250)"));
}

TEST(SummaryTableTest, ASpeedUpThatWasNotTimedSideBySideIsMarkedAndTheReasonNamed) {
  nlohmann::json summary = Summary();
  EXPECT_THAT(SummaryTable(summary, false), Not(HasSubstr("x*")));
  nlohmann::json& fast = summary["programs"][1];
  fast["confirmed"] = false;
  fast["unconfirmed_because"] = "interrupted";
  EXPECT_THAT(SummaryTable(summary, false), HasSubstr("10.00x* tile[8]"));
  EXPECT_THAT(SummaryTable(summary, false), HasSubstr("side by side: interrupted\n"));
  fast["confirmed"] = true;
  fast["disturbed"] = true;
  EXPECT_THAT(SummaryTable(summary, false), HasSubstr("10.00x~ tile[8]"));
  fast["disturbed"] = false;
  EXPECT_THAT(SummaryTable(summary, false), HasSubstr("10.00x  tile[8]"));
}

TEST(SummaryTableTest, ColourIsOnlyWhereItIsAskedFor) {
  EXPECT_THAT(SummaryTable(Summary(), false), Not(HasSubstr("\033")));
  EXPECT_THAT(SummaryTable(Summary(), true), HasSubstr("\033[33m"));
}

TEST(ReadSummaryTest, AFileThatIsNotAWholeSummaryIsRefused) {
  EXPECT_TRUE(ReadSummary(Write(Summary().dump())).ok());
  EXPECT_EQ(ReadSummary(Write("{\"episodes\":")).status().code(),
            absl::StatusCode::kDataLoss);
  nlohmann::json partial = Summary();
  partial.erase("geomean_speedup");
  EXPECT_EQ(ReadSummary(Write(partial.dump())).status().code(),
            absl::StatusCode::kDataLoss);
  EXPECT_EQ(ReadSummary("/nonexistent/summary.json").status().code(),
            absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace weft
