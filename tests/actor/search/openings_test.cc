// Openings on the masks of real operations.
#include "actor/search/openings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <string>

#include "actor/nest/legal_actions.h"
#include "actor/search/action_repair.h"
#include "actor/worker/transforms/scheduled_program.h"
#include "common/schedule/feature_list.h"
#include "tests/actor/worker/program_files.h"
#include "tests/actor/worker/transforms/structured_ops.h"

namespace weft {
namespace {

using ::testing::Contains;
using ::testing::MatchesRegex;
using ::testing::Not;
using ::testing::StartsWith;

constexpr size_t kPlenty = 100;
// Two fewer than an episode may have, so that mutations have room to add to it.
constexpr size_t kLongestOpening = 8;
static_assert(kLongestOpening + 2 <= kMaxActions);

InformedPolicyOptions Options(int threads = 1) {
  InformedPolicyOptions options;
  options.machine = Avx512();
  options.threads = threads;
  return options;
}

// Plays a plan on the nest, as a search does, without any compiler.
Schedule Play(Nest nest, const Plan& plan) {
  const InformedPolicy informed(Options());
  std::mt19937_64 random(1);
  for (const Action& wanted : plan.wanted) {
    const ActionMask mask = LegalActions(nest, Avx512());
    const auto action = RepairAction(mask, wanted);
    if (action) nest.Advance(*action);
  }
  if (!nest.done) {
    nest.Advance(informed.DecideTerminal(LegalActions(nest, Avx512()), random));
  }
  return nest.history;
}

std::vector<std::string> Openings(const Nest& nest, size_t limit = kPlenty,
                                  bool large = false, int threads = 1) {
  Observation initial;
  if (large) {
    initial.kinds = {TokenKind::kOperand};
    initial.features.assign(kTokenWidth, 1);
    initial.features[FeatureIndex(TokenKind::kOperand, "whole_fits_l2")] = 0;
  }
  initial.mask = LegalActions(nest, Avx512());
  std::vector<std::string> schedules;
  for (const Plan& plan : Openings(initial, Options(threads), limit)) {
    schedules.push_back(ToString(Play(nest, plan)));
  }
  return schedules;
}

TEST(OpeningsTest, AMatmulIsPackedWithColumnsOutermostAndItsReductionInPieces) {
  const auto openings = Openings(Nest(Matmul(512, 512, 512), 3));
  EXPECT_THAT(
      openings,
      Contains(MatchesRegex(
          "pack.[0-9]+,32,0. tile.0,0,256,0,0. interchange.1,0,2,3,4. vectorize.*")));
  EXPECT_THAT(openings, Not(Contains(StartsWith("parallelize"))));
  EXPECT_THAT(openings, Contains(StartsWith("vectorize")));
}

TEST(OpeningsTest, PanelsThatDivideTheirLoopsAreTriedWithTheWholeReduction) {
  const auto at_once = MatchesRegex(
      "pack.[0-9]+,[0-9]+,0. interchange.1,0,2,3,4. vectorize.1,1,[0-9]+,.*contract.");
  EXPECT_THAT(Openings(Nest(Matmul(512, 512, 512), 3)), Contains(at_once));
  // 250 columns are 8 panels of 32 with a padded one.
  EXPECT_THAT(Openings(Nest(Matmul(250, 250, 512), 3)), Not(Contains(at_once)));
}

TEST(OpeningsTest, WhatFollowsAMatmulIsTriedOnRegisterTiles) {
  Observation initial;
  initial.mask = LegalActions(Nest(Matmul(512, 512, 512), 3), Avx512());
  initial.kinds = {TokenKind::kNeighbour, TokenKind::kNeighbour};
  initial.features.assign(2 * kTokenWidth, 0);
  std::vector<std::string> schedules;
  for (const Plan& plan : Openings(initial, Options(), kPlenty)) {
    schedules.push_back(ToString(plan.wanted));
  }
  EXPECT_THAT(schedules,
              Contains(MatchesRegex("parallelize.0,256,0. fuse pack.[0-9]+,[0-9]+,0. "
                                    "interchange.1,0,2,3,4.")));
}

TEST(OpeningsTest, AContractionIsTriedInBlocksOfWhatIsNotPacked) {
  EXPECT_THAT(Openings(Nest(Matmul(512, 512, 512), 3)),
              Contains(StartsWith("tile[0,128,64] vectorize[")));
}

TEST(OpeningsTest, LargeOperandsAndThreadsArePackedPieceByPiece) {
  const Nest matmul(Matmul(512, 512, 512), 3);
  const auto is_fused = StartsWith("parallelize[0,256,0] fuse pack[");
  EXPECT_THAT(Openings(matmul, kPlenty, /*large=*/true), Contains(is_fused));
  for (const std::string& opening : Openings(matmul, kPlenty, false, 2)) {
    EXPECT_THAT(opening, Not(StartsWith("pack"))) << "one thread would do all of it";
  }
}

TEST(OpeningsTest, AChannelsFirstConvolutionIsPackedAFewRowsAtATime) {
  const auto openings =
      Openings(Nest(ChannelsFirstConvolution(56, 56, 64), /*fusable=*/0b1111));
  EXPECT_THAT(openings,
              Contains(StartsWith("parallelize[0,0,4,0,0,0,0] fuse pack[0,")));
  // With points of a row as the rows of the tile, and the channels innermost.
  EXPECT_THAT(openings, Contains("pack[0,32,0,0,0,0,0] interchange[0,2,3,1,4,5,6,7] "
                                 "vectorize[1,1,1,8,1,1,1,32;generalize]"));
}

TEST(OpeningsTest, RowsOf28AreUnpackedByFoursAndThoseOf14Afterwards) {
  EXPECT_THAT(
      Openings(Nest(ChannelsFirstConvolution(28, 28, 64), 0b1111)),
      Contains(MatchesRegex("pack.*vectorize.1,1,1,4,1,1,1,[0-9]+;generalize.")));
  for (const std::string& opening :
       Openings(Nest(ChannelsFirstConvolution(14, 14, 64), 0b1111))) {
    EXPECT_THAT(opening, Not(StartsWith("pack[0,32,0,0,0,0,0] interchange")));
  }
}

TEST(OpeningsTest, ChannelsLastArePackedAsTheyAre) {
  for (const std::string& opening :
       Openings(Nest(Convolution(56, 56, 64, 1), 0b1111))) {
    EXPECT_THAT(opening, Not(MatchesRegex("pack.* interchange.*")));
  }
}

TEST(OpeningsTest, AConvolutionIsTriedWithWhatItsFilterMovesWithOutermost) {
  constexpr size_t kOfASearch = 10;
  EXPECT_THAT(Openings(Nest(Convolution(56, 56, 64, 1), 0b1111), kOfASearch),
              Contains(StartsWith("interchange[3,0,1,2,4,5,6] vectorize[")));
  EXPECT_THAT(
      Openings(Nest(ChannelsFirstConvolution(56, 56, 64), 0b1111), kOfASearch),
      Contains("interchange[2,0,1,3,4,5,6] vectorize[1,4,1,64,1,1,1;generalize]"));
}

TEST(OpeningsTest, WhatCannotBePackedIsTriedAsItCame) {
  EXPECT_THAT(Openings(Nest(Elementwise(28, 64, 0, 1), 3)), Contains("stop"));
  EXPECT_THAT(Openings(Nest(Matmul(64, 64, 64), 3)), Not(Contains("stop")));
}

TEST(OpeningsTest, TheyAreTheSameEveryTimeAndWithinTheLimit) {
  const Nest matmul(Matmul(512, 512, 512), 3);
  EXPECT_EQ(Openings(matmul), Openings(matmul));
  EXPECT_EQ(Openings(matmul, 2).size(), 2u);
}

class OpeningsOfProgramTest : public testing::TestWithParam<std::string> {};

TEST_P(OpeningsOfProgramTest, ReachTheirEndInAFewActions) {
  static auto* const context = new CompilerContext;
  for (const int threads : {1, 2}) {
    auto program = ScheduledProgram::Load(*context, GetParam(), ReadProgram(GetParam()),
                                          Avx512(), threads);
    ASSERT_TRUE(program.ok()) << program.status();
    const Nest nest((*program)->info());
    const std::vector<Plan> plans =
        Openings((*program)->Reset(), Options(threads), kPlenty);
    EXPECT_FALSE(plans.empty());
    for (const Plan& plan : plans) {
      const Schedule schedule = Play(nest, plan);
      EXPECT_TRUE(IsTerminal(schedule.back().kind)) << ToString(schedule);
      EXPECT_LE(schedule.size(), kLongestOpening) << ToString(schedule);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(EveryProgram, OpeningsOfProgramTest,
                         testing::ValuesIn(ProgramNames()),
                         [](const auto& info) { return info.param; });

}  // namespace
}  // namespace weft
