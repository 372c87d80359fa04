#include "cli/evaluate/fixed_schedules.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace weft {
namespace {

absl::StatusOr<std::string> AnchorOf(const std::string& program) {
  if (program == "gone") return absl::NotFoundError("there is no gone.mlir");
  return program.substr(0, program.find('_'));
}

nlohmann::json Row(const std::string& program, double speedup,
                   const std::string& schedule) {
  return {{"program", program},
          {"best_us", 1.0},
          {"speedup", speedup},
          {"schedule", schedule}};
}

TEST(FixedSchedulesTest, EachKindHasTheScheduleWithTheLargestSpeedup) {
  nlohmann::json summary;
  summary["programs"] = {Row("matmul_a", 3, "stop"),
                         Row("matmul_b", 7, "tile[4,0] stop"),
                         Row("matmul_c", 5, "stop"), Row("pool_a", 2, "stop")};
  summary["programs"].push_back({{"program", "add_a"}, {"best_us", 0}});
  const auto schedules = BestSchedulesByAnchor(summary, AnchorOf);
  ASSERT_TRUE(schedules.ok()) << schedules.status();
  ASSERT_EQ(schedules->size(), 2u);
  EXPECT_EQ(ToString(schedules->at("matmul")), "tile[4,0] stop");
  EXPECT_EQ(ToString(schedules->at("pool")), "stop");
}

TEST(FixedSchedulesTest, WhatCannotBeReadIsNamed) {
  nlohmann::json summary;
  summary["programs"] = nlohmann::json::array({Row("matmul_a", 3, "fold[2]")});
  EXPECT_THAT(std::string(BestSchedulesByAnchor(summary, AnchorOf).status().message()),
              ::testing::HasSubstr("the schedule of matmul_a"));
  summary["programs"] = nlohmann::json::array({Row("gone", 3, "stop")});
  EXPECT_TRUE(absl::IsNotFound(BestSchedulesByAnchor(summary, AnchorOf).status()));
}

}  // namespace
}  // namespace weft
