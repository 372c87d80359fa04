#include "cli/train/final_timing.h"

#include <map>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace weft {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

nlohmann::json Row(const std::string& program, double speedup,
                   const std::string& exported) {
  return {{"program", program},           {"unscheduled_us", 100.0},
          {"best_us", 100.0 / speedup},   {"speedup", speedup},
          {"schedule", "of training"},    {"exported_speedup", speedup},
          {"exported_schedule", exported}};
}

class FinalTimingTest : public ::testing::Test {
 protected:
  FinalTimingTest() {
    hooks_.time = [this](const std::string& program) {
      timed_.push_back(program);
      return results_.at(program);
    };
    hooks_.on_program = [](int, int, const std::string&) {};
    hooks_.out_of_time = [this] { return timed_.size() >= room_; };
  }

  const nlohmann::json& row(size_t index) const { return summary_["programs"][index]; }

  nlohmann::json summary_ = {
      {"geomean_speedup", 5.0},
      {"programs",
       {Row("a", 4, "tile[8]"), Row("b", 9, "vectorize"), Row("c", 1, "")}}};
  std::map<std::string, absl::StatusOr<SideBySide>> results_ = {
      {"a", SideBySide{80e-6, 40e-6, 16, false}},
      {"b", SideBySide{90e-6, 10e-6, 1, true}}};
  size_t room_ = 100;
  FinalTimingHooks hooks_;
  std::vector<std::string> timed_;
};

TEST_F(FinalTimingTest, TheRatioOfTheInterleavedMinimaIsTheSpeedUp) {
  AddFinalTimes(hooks_, &summary_);
  EXPECT_EQ(row(0)["confirmed"], true);
  EXPECT_DOUBLE_EQ(row(0)["speedup"], 2);
  EXPECT_DOUBLE_EQ(row(0)["unscheduled_us"], 80);
  EXPECT_DOUBLE_EQ(row(0)["best_us"], 40);
  EXPECT_EQ(row(0)["schedule"], "tile[8]");
  EXPECT_EQ(row(0)["disturbed"], false);
  EXPECT_EQ(row(1)["disturbed"], true);
  EXPECT_EQ(summary_["confirmed_programs"], 2);
  EXPECT_NEAR(summary_["geomean_speedup"], 2.6207, 1e-4);  // Of 2, 9 and 1.
}

TEST_F(FinalTimingTest, WhatTheTrainingFoundIsKept) {
  AddFinalTimes(hooks_, &summary_);
  EXPECT_DOUBLE_EQ(row(0)["in_training"]["speedup"], 4);
  EXPECT_EQ(row(0)["in_training"]["schedule"], "of training");
}

TEST_F(FinalTimingTest, AProgramWithoutAScheduleIsNotTimed) {
  AddFinalTimes(hooks_, &summary_);
  EXPECT_THAT(timed_, ElementsAre("a", "b"));
  EXPECT_EQ(row(2)["confirmed"], false);
  EXPECT_THAT(row(2)["unconfirmed_because"].get<std::string>(),
              HasSubstr("no schedule"));
}

TEST_F(FinalTimingTest, AFailureKeepsTheRowAndSaysWhy) {
  results_.at("a") = absl::FailedPreconditionError("wrong_result: element 3");
  AddFinalTimes(hooks_, &summary_);
  EXPECT_EQ(row(0)["confirmed"], false);
  EXPECT_DOUBLE_EQ(row(0)["speedup"], 4);
  EXPECT_THAT(row(0)["unconfirmed_because"].get<std::string>(),
              HasSubstr("wrong_result"));
  EXPECT_EQ(row(1)["confirmed"], true);
  EXPECT_EQ(summary_["confirmed_programs"], 1);
}

TEST_F(FinalTimingTest, AnInterruptLeavesTheRestAsItIs) {
  results_.at("a") = absl::CancelledError("interrupted");
  AddFinalTimes(hooks_, &summary_);
  EXPECT_THAT(timed_, ElementsAre("a"));
  EXPECT_EQ(row(1)["unconfirmed_because"], "interrupted");
  EXPECT_EQ(summary_["confirmed_programs"], 0);
}

TEST_F(FinalTimingTest, TheTimeThatItMayTakeIsBounded) {
  room_ = 1;
  AddFinalTimes(hooks_, &summary_);
  EXPECT_THAT(timed_, ElementsAre("a"));
  EXPECT_EQ(row(0)["confirmed"], true);
  EXPECT_THAT(row(1)["unconfirmed_because"].get<std::string>(), HasSubstr("no time"));
}

}  // namespace
}  // namespace weft
