#include "cli/evaluate/fixed_schedules.h"

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace weft {
namespace {

using ::testing::ElementsAre;

constexpr char kTiled[] = "tile[4,0] stop";

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

std::vector<std::string> Texts(const std::vector<Schedule>& schedules) {
  std::vector<std::string> texts;
  for (const Schedule& schedule : schedules) texts.push_back(ToString(schedule));
  return texts;
}

TEST(FixedSchedulesTest, EachKindHasItsProgramsAndTheirSchedulesOnceEach) {
  nlohmann::json summary;
  summary["programs"] = {Row("matmul_a", 3, "stop"), Row("matmul_b", 7, kTiled),
                         Row("matmul_c", 5, "stop"), Row("pool_a", 2, "stop")};
  summary["programs"].push_back({{"program", "add_a"}, {"best_us", 0}});
  const auto kinds = KindsOfRun(summary, AnchorOf);
  ASSERT_TRUE(kinds.ok()) << kinds.status();
  ASSERT_EQ(kinds->size(), 2u);
  const KindOfRun& matmul = kinds->at("matmul");
  EXPECT_THAT(matmul.programs, ElementsAre("matmul_b", "matmul_c", "matmul_a"));
  EXPECT_THAT(Texts(matmul.candidates), ElementsAre(kTiled, "stop"));
  EXPECT_THAT(kinds->at("pool").programs, ElementsAre("pool_a"));
}

TEST(FixedSchedulesTest, OfManyProgramsTheOnesWithTheLargestSpeedupsAreTaken) {
  nlohmann::json summary;
  for (int i = 0; i < 20; ++i) {
    summary["programs"].push_back(Row(absl::StrCat("matmul_", i), i, kTiled));
  }
  const auto kinds = KindsOfRun(summary, AnchorOf);
  ASSERT_TRUE(kinds.ok()) << kinds.status();
  EXPECT_EQ(kinds->at("matmul").programs.size(), kMostFixedPrograms);
  EXPECT_EQ(kinds->at("matmul").candidates.size(), 1u);
  EXPECT_EQ(kinds->at("matmul").programs.front(), "matmul_19");
}

TEST(FixedSchedulesTest, TheBestIsTheOneWithTheLeastMeanOverAllPrograms) {
  const Action stop;
  Action tile;
  tile.kind = ActionKind::kTile;
  const KindOfRun kind = {{"a", "b", "c"}, {{tile, stop}, {stop}}};
  int calls = 0;
  // The tiled one is the best for the program that it is from, and for no other.
  const auto best =
      BestOnAverage(kind,
                    [&](const std::string& program,
                        const Schedule& schedule) -> absl::StatusOr<double> {
                      ++calls;
                      if (schedule.size() == 1) return 2e-6;
                      return program == "a" ? 1e-6 : 3e-6;
                    });
  ASSERT_TRUE(best.ok()) << best.status();
  EXPECT_EQ(best->size(), 1u);
  EXPECT_EQ(calls, 6);
}

TEST(FixedSchedulesTest, ASingleCandidateNeedsNoMeasurementAndAnErrorEndsTheRest) {
  const Action stop;
  const auto fails = [](const std::string&, const Schedule&) -> absl::StatusOr<double> {
    return absl::CancelledError("interrupted");
  };
  EXPECT_TRUE(BestOnAverage({{"a", "b"}, {{stop}}}, fails).ok());
  EXPECT_TRUE(absl::IsCancelled(
      BestOnAverage({{"a", "b"}, {{stop}, {stop, stop}}}, fails).status()));
}

TEST(FixedSchedulesTest, WhatCannotBeReadIsNamed) {
  nlohmann::json summary;
  summary["programs"] = nlohmann::json::array({Row("matmul_a", 3, "fold[2]")});
  EXPECT_THAT(std::string(KindsOfRun(summary, AnchorOf).status().message()),
              ::testing::HasSubstr("the schedule of matmul_a"));
  summary["programs"] = nlohmann::json::array({Row("gone", 3, "stop")});
  EXPECT_TRUE(absl::IsNotFound(KindsOfRun(summary, AnchorOf).status()));
}

}  // namespace
}  // namespace weft
