#include "cli/report/learning_curves.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "cli/report/curve_plot.h"
#include "common/files/atomic_file.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace weft {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string Line(int iteration, double reward, int failures) {
  return nlohmann::json{{"iteration", iteration}, {"mean_reward", reward},
                        {"mean_speedup", 2.0},    {"entropy", 3.0},
                        {"episodes", 10},         {"failures", {{"crashed", failures}}}}
             .dump() +
         "\n";
}

absl::StatusOr<LearningCurves> Read(const std::string& text) {
  const std::string path = ::testing::TempDir() + "/metrics.jsonl";
  EXPECT_TRUE(WriteFileAtomically(path, text).ok());
  return ReadLearningCurves(path);
}

TEST(LearningCurvesTest, IterationsAndValidationsAreToldApart) {
  const auto curves = Read(Line(1, -3, 0) +
                           "{\"iteration\":1,\"validation\":{\"mean_reward\":-2.5}}\n" +
                           Line(2, -2, 1));
  ASSERT_TRUE(curves.ok()) << curves.status();
  ASSERT_EQ(curves->Of("mean_reward").size(), 2u);
  EXPECT_EQ(curves->Of("mean_reward")[1].value, -2);
  ASSERT_EQ(curves->ValidationOf("mean_reward").size(), 1u);
  EXPECT_EQ(curves->ValidationOf("mean_reward")[0].value, -2.5);
  EXPECT_EQ(curves->Failures()[1].value, 1);
  EXPECT_TRUE(curves->Of("no_such_number").empty());
}

TEST(LearningCurvesTest, ALineThatACrashCutOffIsLeftOutAndADamagedOneIsNamed) {
  const auto cut = Read(Line(1, -3, 0) + "{\"iteration\":2,\"mean_rew");
  ASSERT_TRUE(cut.ok()) << cut.status();
  EXPECT_EQ(cut->iterations.size(), 1u);
  const auto damaged = Read(Line(1, -3, 0) + "{\"iterat\n" + Line(2, -2, 0));
  EXPECT_TRUE(absl::IsDataLoss(damaged.status()));
  EXPECT_THAT(std::string(damaged.status().message()), HasSubstr("metrics.jsonl:2:"));
}

TEST(LearningCurvesTest, WindowsAreTheFirstMiddleAndLastTenth) {
  std::string text;
  for (int i = 1; i <= 40; ++i) text += Line(i, i, i > 36 ? 5 : 0);
  const std::vector<Window> windows = Windows(*Read(text));
  ASSERT_EQ(windows.size(), 3u);
  EXPECT_EQ(windows[0].first_iteration, 1u);
  EXPECT_EQ(windows[0].last_iteration, 4u);
  EXPECT_DOUBLE_EQ(windows[0].mean_reward, 2.5);
  EXPECT_EQ(windows[1].first_iteration, 19u);
  EXPECT_EQ(windows[2].last_iteration, 40u);
  EXPECT_DOUBLE_EQ(windows[2].failures, 0.5);
  EXPECT_DOUBLE_EQ(windows[2].mean_speedup, 2);
  EXPECT_THAT(WindowTable(windows), HasSubstr("37-40"));
  EXPECT_TRUE(Windows(LearningCurves()).empty());
}

TEST(LearningCurvesTest, WhatAFailedUpdateDoesNotSayIsInNoMean) {
  const auto curves =
      Read(Line(1, -3, 0) + "{\"iteration\":2,\"update_failed\":true}\n");
  ASSERT_TRUE(curves.ok()) << curves.status();
  LearningCurves one_window = *curves;
  one_window.iterations.insert(one_window.iterations.end(), 18,
                               one_window.iterations[1]);
  EXPECT_EQ(Windows(one_window)[0].entropy, 3) << "of two lines, one without";
}

TEST(LearningCurvesTest, CurvesAreOfTheLastEnvironmentAlone) {
  const auto line = [](int iteration, const char* environment) {
    return nlohmann::json{{"iteration", iteration}, {"environment", environment}}
               .dump() +
           "\n";
  };
  const auto curves = Read(line(1, "cost-model") + line(2, "cost-model") +
                           line(3, "mlir") + line(4, "mlir"));
  ASSERT_TRUE(curves.ok()) << curves.status();
  ASSERT_EQ(curves->iterations.size(), 2u);
  EXPECT_EQ(Windows(*curves)[0].first_iteration, 3u);
}

TEST(CurvePlotTest, ThePlotHasAPanelForWhatThereIsAndSkipsWhatCannotBeDrawn) {
  LearningCurves curves;
  for (int i = 1; i <= 3; ++i) {
    curves.iterations.push_back({{"iteration", i}, {"mean_reward", -i}, {"kl", 0.1}});
    curves.validations.push_back(
        {{"iteration", i}, {"validation", {{"mean_reward", -i}}}});
  }
  curves.iterations.push_back({{"iteration", 4}, {"mean_reward", nullptr}});
  const std::string svg = PlotLearningCurves("runs/a<b", curves);
  EXPECT_THAT(svg, HasSubstr("runs/a&lt;b"));
  EXPECT_THAT(svg, HasSubstr("Reward"));
  EXPECT_THAT(svg, HasSubstr("Divergence"));
  EXPECT_THAT(svg, HasSubstr("<circle"));
  EXPECT_THAT(svg, Not(HasSubstr("Entropy")));
  EXPECT_THAT(svg, Not(HasSubstr("nan")));
  EXPECT_THAT(svg, Not(HasSubstr("inf")));
}

TEST(CurvePlotTest, ARunWithoutIterationsIsAnEmptyPlot) {
  const std::string svg = PlotLearningCurves("empty", LearningCurves());
  EXPECT_THAT(svg, HasSubstr("</svg>"));
  EXPECT_THAT(svg, Not(HasSubstr("nan")));
  EXPECT_THAT(svg, Not(HasSubstr("inf")));
}

}  // namespace
}  // namespace weft
