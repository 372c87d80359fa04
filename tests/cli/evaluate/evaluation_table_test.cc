#include "cli/evaluate/evaluation_table.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace weft {
namespace {

using ::testing::HasSubstr;

Judged Took(double seconds, Outcome outcome = Outcome::kOk) {
  Judged judged;
  judged.outcome = outcome;
  judged.seconds = seconds;
  judged.schedule = {Action()};
  return judged;
}

EvaluatedProgram Program(const std::string& name, Judged policy, double search) {
  EvaluatedProgram program;
  program.program = name;
  program.unscheduled_seconds = 8e-6;
  program.roofline_seconds = 1e-6;
  program.policy = std::move(policy);
  program.random = Took(4e-6);
  program.search = Took(search);
  return program;
}

TEST(EvaluationTableTest, SharesAreGeometricMeans) {
  const EvaluationSummary summary =
      Summarize({Program("a", Took(2e-6), 2e-6), Program("b", Took(8e-6), 2e-6)});
  EXPECT_NEAR(summary.policy_share_of_search, 0.5, 1e-9);  // sqrt(1 * 0.25)
  EXPECT_NEAR(summary.random_share_of_search, 0.5, 1e-9);
  EXPECT_NEAR(summary.search_speedup, 4, 1e-9);
  EXPECT_EQ(summary.policy_beats_random, 1);
  EXPECT_EQ(summary.policy_failures, 0);
  EXPECT_EQ(summary.fixed_share_of_search, 0);
}

TEST(EvaluationTableTest, AFailedProgramIsInTheMeanAndCounted) {
  const EvaluationSummary summary =
      Summarize({Program("a", Took(2e-6), 2e-6),
                 Program("b", Took(2e-3, Outcome::kTimedOut), 2e-6)});
  EXPECT_EQ(summary.policy_failures, 1);
  EXPECT_NEAR(summary.policy_share_of_search, 0.0316, 1e-4);  // sqrt(0.001)
  EXPECT_THAT(EvaluationRow(Program("b", Took(2e-3, Outcome::kTimedOut), 2e-6)),
              HasSubstr("timed_out"));
}

TEST(EvaluationTableTest, TheJsonHasEveryProgramAndTheSummary) {
  EvaluatedProgram program = Program("a", Took(2e-6), 1e-6);
  program.fixed = Took(4e-6);
  const auto json = EvaluationJson({program}, EvaluationOptions());
  EXPECT_NEAR(json["summary"]["fixed_share_of_search"].get<double>(), 0.25, 1e-9);
  EXPECT_NEAR(json["programs"][0]["policy"]["us"].get<double>(), 2, 1e-9);
  EXPECT_NEAR(json["programs"][0]["share_of_search"].get<double>(), 0.5, 1e-9);
  EXPECT_EQ(json["programs"][0]["policy"]["schedule"], "stop");
}

}  // namespace
}  // namespace weft
