#include "cli/report/run_comparison.h"

#include <filesystem>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/files/atomic_file.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace weft {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

// A finished run of the policy whose best validation reward is `best`.
std::string WriteRun(const std::string& name, const std::string& encoder, int seed,
                     double best) {
  const std::string path = ::testing::TempDir() + "/" + name;
  std::filesystem::create_directories(path);
  const auto write = [&path](const char* file, const std::string& text) {
    EXPECT_TRUE(WriteFileAtomically(absl::StrCat(path, "/", file), text).ok());
  };
  write("config.yaml", absl::StrCat("name: x\nsuite: s\nseed: ", seed,
                                    "\npolicy:\n  encoder: ", encoder,
                                    "\n  width: 32\n  layers: 2\n"));
  write("metrics.jsonl",
        "{\"iteration\":1,\"update_seconds\":0.25}\n"
        "{\"iteration\":2,\"update_seconds\":0.75}\n");
  const auto point = [](int iteration, double reward) {
    return nlohmann::json{{"iteration", iteration},
                          {"mean_reward", reward},
                          {"geomean_speedup", 4.0},
                          {"failures", 1}};
  };
  nlohmann::json summary;
  for (const char* key : {"wrong", "crashed", "timed_out", "geomean_speedup",
                          "env_steps_per_second", "measured_schedules_per_second",
                          "mean_reward_first_quarter", "mean_reward_last_quarter"}) {
    summary[key] = 0;
  }
  summary["iterations"] = 2;
  summary["episodes"] = 96;
  summary["measurements"] = 70;
  summary["wall_seconds"] = 120;
  summary["programs"] = nlohmann::json::array();
  summary["validation"] = {
      {"first", point(0, -2)}, {"best", point(1, best)}, {"last", point(2, best - 1)}};
  write("summary.json", summary.dump());
  return path;
}

TEST(RunComparisonTest, ARunIsReadFromItsThreeFiles) {
  const auto run = ReadComparedRun(WriteRun("one", "gpt2", 7, -0.5));
  ASSERT_TRUE(run.ok()) << run.status();
  EXPECT_EQ(run->policy, "gpt2 32x2");
  EXPECT_EQ(run->seed, 7u);
  EXPECT_EQ(run->measurements, 70);
  EXPECT_EQ(run->update_seconds, 0.5);
  EXPECT_EQ(run->minutes, 2);
  ASSERT_TRUE(run->best);
  EXPECT_EQ(run->best->mean_reward, -0.5);
  EXPECT_EQ(run->best->failures, 1);
  EXPECT_EQ(ToJson(*run)["validation"]["last"]["mean_reward"], -1.5);
}

TEST(RunComparisonTest, SeedsOfAPolicyAreGivenWithTheirSpread) {
  std::vector<ComparedRun> runs;
  for (int seed : {1, 2, 3}) {
    runs.push_back(*ReadComparedRun(
        WriteRun(absl::StrCat("bert", seed), "bert", seed, 0.1 * seed)));
  }
  runs.push_back(*ReadComparedRun(WriteRun("lstm", "lstm", 1, 0)));
  const std::string table = ComparisonOfRuns(runs);
  const size_t legend = table.find("\nfirst, best, last");
  ASSERT_NE(legend, std::string::npos);
  EXPECT_THAT(table.substr(0, legend), HasSubstr("lstm 32x2"));
  EXPECT_THAT(table.substr(legend), HasSubstr("0.200 +- 0.100"));
  EXPECT_THAT(table.substr(legend), Not(HasSubstr("lstm"))) << "one run has no spread";
}

TEST(RunComparisonTest, OnlyRunsOfOneBudgetAreAveraged) {
  std::vector<ComparedRun> runs;
  for (int i = 0; i < 2; ++i) {
    runs.push_back(*ReadComparedRun(WriteRun(absl::StrCat("b", i), "bert", i, 0.1)));
    runs.back().iterations += i;
  }
  EXPECT_THAT(ComparisonOfRuns(runs), Not(HasSubstr("+-")));
}

TEST(RunComparisonTest, OnlyRunsThatAreJudgedOnTheSameAreAveraged) {
  std::vector<ComparedRun> runs;
  for (int i = 0; i < 2; ++i) {
    runs.push_back(*ReadComparedRun(WriteRun(absl::StrCat("b", i), "bert", i, 0.1)));
  }
  EXPECT_THAT(ComparisonOfRuns(runs), HasSubstr("+-"));
  runs.back().budget += " and more";
  EXPECT_THAT(ComparisonOfRuns(runs), Not(HasSubstr("+-")));
}

TEST(RunComparisonTest, WhatARunDidInAnotherEnvironmentIsNotItsBudget) {
  const std::string path = WriteRun("moved", "bert", 1, 0.1);
  nlohmann::json summary = nlohmann::json::parse(*ReadFile(path + "/summary.json"));
  summary["environment_iterations"] = 1;
  summary["environment_seconds"] = 30;
  ASSERT_TRUE(WriteFileAtomically(path + "/summary.json", summary.dump()).ok());
  const auto run = ReadComparedRun(path);
  ASSERT_TRUE(run.ok()) << run.status();
  EXPECT_EQ(run->iterations, 1);
  EXPECT_EQ(run->minutes, 0.5);
}

TEST(RunComparisonTest, AFolderThatIsNoFinishedRunIsNamed) {
  const auto none = ReadComparedRun("/nonexistent/run");
  EXPECT_THAT(std::string(none.status().message()), HasSubstr("/nonexistent/run"));
  const std::string path = WriteRun("unfinished", "lstm", 1, 0);
  std::filesystem::remove(path + "/summary.json");
  EXPECT_THAT(std::string(ReadComparedRun(path).status().message()),
              AllOf(HasSubstr(path), HasSubstr("summary.json")));
}

}  // namespace
}  // namespace weft
