// The table of `weft optimize` says about every task and the whole what is to be known.

#include "cli/optimize/report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace weft {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

OptimizeReport WithTask(const TaskResult& result) {
  OptimizeReport report;
  report.peak_flops = 1e9;
  TaskRow row;
  row.name = "task00_matmul";
  row.calls = 1;
  row.result = result;
  report.tasks.push_back(row);
  return report;
}

// The line of the only task.
std::string RowOf(const TaskResult& result) {
  const std::string table = ReportTable(WithTask(result));
  const size_t begin = table.find("task00_matmul");
  return table.substr(begin, table.find('\n', begin) - begin);
}

TaskResult Found() {
  TaskResult result;
  result.unscheduled_seconds = 2e-6;
  result.best_seconds = 1e-6;
  result.schedule_module = "module";
  result.measurements = 4;
  return result;
}

TEST(ReportTest, ATaskThatCouldNotBeSearchedSaysWhyInOneLine) {
  TaskResult result;
  result.problem = "unavailable: worker 7 died of signal 11\nwith a stack";
  EXPECT_THAT(RowOf(result), HasSubstr("unavailable: worker 7 died of signal 11"));
  EXPECT_THAT(ReportTable(WithTask(result)), Not(HasSubstr("with a stack")));
}

TEST(ReportTest, ATimeBelowTheRooflineOfMemoryIsExplained) {
  OptimizeReport report = WithTask(Found());
  report.tasks[0].roofline_seconds = 0.9e-6;
  EXPECT_THAT(ReportTable(report), Not(HasSubstr("above 100 %")));
  report.tasks[0].roofline_seconds = 1.1e-6;
  EXPECT_THAT(ReportTable(report), HasSubstr("above 100 %"));
}

TEST(ReportTest, ATaskWithoutAFasterScheduleStaysAsItCameAndSaysSo) {
  TaskResult result;
  result.unscheduled_seconds = result.best_seconds = 2e-6;
  EXPECT_THAT(RowOf(result), HasSubstr("stays as it came: no schedule was faster"));
  result.failures = "2 timed_out";
  result.first_failure = "timed_out: while it compiled";
  EXPECT_THAT(RowOf(result), AllOf(HasSubstr("stays as it came"),
                                   HasSubstr("2 timed_out; timed_out: while it")));
}

TEST(ReportTest, AFasterTaskNeedsNoNote) {
  EXPECT_THAT(RowOf(Found()), Not(HasSubstr("stays as it came")));
  EXPECT_THAT(RowOf(Found()), Not(HasSubstr("failed")));
}

TEST(ReportTest, TheWholeIsConfirmedOnlyByPairs) {
  OptimizeReport report = WithTask(Found());
  report.unscheduled.measurement.seconds = 3e-6;
  report.scheduled.measurement.seconds = 1e-6;
  report.scheduled.measurement.message = "the previous best is of no use";
  EXPECT_EQ(ReportJson(report)["confirmed"], false);
  EXPECT_THAT(ReportTable(report),
              HasSubstr("not timed side by side: the previous best is of no use"));
  report.scheduled.measurement.confirmation = Confirmation();
  EXPECT_EQ(ReportJson(report)["confirmed"], true);
  EXPECT_EQ(ReportJson(report)["disturbed"], false);
  EXPECT_NEAR(ReportJson(report)["speedup"].get<double>(), 3, 1e-9);
  EXPECT_THAT(ReportTable(report), HasSubstr("(timed side by side)"));
  report.scheduled.measurement.disturbed = true;
  EXPECT_THAT(ReportTable(report), HasSubstr("every sample was disturbed"));
}

TEST(ReportTest, AFileThatWasNotWrittenIsNamed) {
  OptimizeReport report = WithTask(Found());
  EXPECT_EQ(ReportJson(report)["export_problem"], "");
  report.export_status = absl::InternalError("scheduled.ll: a frame is too large");
  EXPECT_EQ(ReportJson(report)["export_problem"], "scheduled.ll: a frame is too large");
}

TEST(ReportTest, AWholeThatFailedIsNotConfirmedByItsPairs) {
  OptimizeReport report = WithTask(Found());
  report.scheduled.measurement.outcome = Outcome::kImpossibleTime;
  report.scheduled.measurement.confirmation = Confirmation();
  EXPECT_EQ(ReportJson(report)["confirmed"], false);
}

}  // namespace
}  // namespace weft
