#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "actor/rollout/best_schedules.h"
#include "actor/rollout/program_rotation.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace weft {
namespace {

const std::vector<std::string>& Names() {
  static const auto* const names =
      new std::vector<std::string>{"add", "conv", "matmul", "pool", "relu", "softmax"};
  return *names;
}

std::vector<std::string> Take(ProgramRotation& rotation, int count) {
  std::vector<std::string> taken;
  for (int i = 0; i < count; ++i) taken.push_back(rotation.Next().program);
  return taken;
}

TEST(ProgramRotationTest, EveryRoundHasEveryProgramOnce) {
  ProgramRotation rotation(Names(), 1);
  for (int round = 0; round < 3; ++round) {
    EXPECT_THAT(Take(rotation, 6), ::testing::UnorderedElementsAreArray(Names()));
  }
}

TEST(ProgramRotationTest, ActorsDifferAndTheSameSeedDoesNot) {
  ProgramRotation first(Names(), MixSeed(1, {"actor-0"}));
  ProgramRotation again(Names(), MixSeed(1, {"actor-0"}));
  ProgramRotation other(Names(), MixSeed(1, {"actor-1"}));
  const std::vector<std::string> order = Take(first, 6);
  EXPECT_EQ(Take(again, 6), order);
  EXPECT_NE(Take(other, 6), order);
}

TEST(ProgramRotationTest, AnExcludedProgramIsNotOfferedAndItsReasonIsKept) {
  ProgramRotation rotation(Names(), 1);
  Take(rotation, 2);
  EXPECT_TRUE(rotation.Exclude("conv", "wrong_result"));
  EXPECT_FALSE(rotation.Exclude("conv", "again"));
  EXPECT_THAT(Take(rotation, 10), ::testing::Not(::testing::Contains("conv")));
  EXPECT_EQ(rotation.remaining(), 5u);
  EXPECT_EQ(rotation.excluded().at("conv"), "wrong_result");
}

TEST(ProgramRotationTest, ExcludingInTheMiddleOfARoundSkipsNoOther) {
  ProgramRotation rotation(Names(), 3);
  const std::vector<std::string> begun = Take(rotation, 3);
  rotation.Exclude(begun[0], "reason");
  std::vector<std::string> round = Take(rotation, 3);
  round.insert(round.end(), begun.begin(), begun.end());
  EXPECT_THAT(round, ::testing::UnorderedElementsAreArray(Names()));
}

TEST(ProgramRotationTest, OffersNothingWhenEverythingIsExcluded) {
  ProgramRotation rotation({"only"}, 1);
  rotation.Exclude("only", "reason");
  EXPECT_EQ(rotation.Next().program, "");
}

// Programs in the order of their turns, with the turns' seeds.
std::vector<std::pair<std::string, uint64_t>> Turns(ProgramRotation& rotation,
                                                    int count) {
  std::vector<std::pair<std::string, uint64_t>> turns;
  for (int i = 0; i < count; ++i) {
    const Turn turn = rotation.Next();
    turns.emplace_back(turn.program, turn.seed);
  }
  return turns;
}

TEST(ProgramRotationTest, TheTurnsOfARepetitionHaveTheSameSeeds) {
  ProgramRotation first(Names(), 1);
  ProgramRotation again(Names(), 1);
  EXPECT_EQ(Turns(again, 18), Turns(first, 18));
}

TEST(ProgramRotationTest, NoTwoTurnsHaveTheSameSeed) {
  ProgramRotation rotation(Names(), 1);
  ProgramRotation other(Names(), 2);
  std::set<uint64_t> seeds;
  for (const auto& [program, seed] : Turns(rotation, 18)) seeds.insert(seed);
  for (const auto& [program, seed] : Turns(other, 18)) seeds.insert(seed);
  EXPECT_EQ(seeds.size(), 36u);
}

TEST(ProgramRotationTest, AnExcludedProgramLeavesTheSeedsOfTheOthersAlone) {
  ProgramRotation whole(Names(), 1);
  ProgramRotation without(Names(), 1);
  without.Exclude("conv", "reason");
  const auto turns = Turns(whole, 12);
  EXPECT_THAT(turns, ::testing::IsSupersetOf(Turns(without, 10)));
}

TEST(MixSeedTest, DependsOnEveryWordAndOnWhereWordsEnd) {
  EXPECT_EQ(MixSeed(1, {"a", "b"}), MixSeed(1, {"a", "b"}));
  EXPECT_NE(MixSeed(1, {"a", "b"}), MixSeed(2, {"a", "b"}));
  EXPECT_NE(MixSeed(1, {"a", "b"}), MixSeed(1, {"ab"}));
  EXPECT_NE(MixSeed(1, {"a", "b"}), MixSeed(1, {"b", "a"}));
}

Trajectory Episode(const std::string& program, double seconds) {
  Trajectory trajectory;
  trajectory.program = program;
  trajectory.measurement.seconds = seconds;
  trajectory.schedule_module = "module {}";
  return trajectory;
}

TEST(BestSchedulesTest, OnlyAProgramsFastestSoFarKeepsItsText) {
  BestSchedules best;
  std::map<double, bool> kept;
  for (double seconds : {3.0, 4.0, 2.0, 2.5, 1.0}) {
    Trajectory episode = Episode("matmul", seconds);
    best.KeepIfBest(&episode);
    kept[seconds] = !episode.schedule_module.empty();
  }
  const std::map<double, bool> expected = {
      {3.0, true}, {4.0, false}, {2.0, true}, {2.5, false}, {1.0, true}};
  EXPECT_EQ(kept, expected);
  Trajectory other = Episode("relu", 9.0);
  EXPECT_TRUE(best.KeepIfBest(&other));
}

TEST(BestSchedulesTest, AFailedEpisodeIsNeverTheBest) {
  BestSchedules best;
  Trajectory wrong = Episode("matmul", 1e-9);
  wrong.measurement.outcome = Outcome::kWrongResult;
  EXPECT_FALSE(best.KeepIfBest(&wrong));
  EXPECT_EQ(wrong.schedule_module, "");
  Trajectory right = Episode("matmul", 1.0);
  EXPECT_TRUE(best.KeepIfBest(&right));
}

}  // namespace
}  // namespace weft
