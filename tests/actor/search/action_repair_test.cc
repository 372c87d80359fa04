#include "actor/search/action_repair.h"

#include <gtest/gtest.h>

#include <random>

#include "actor/environment/synthetic_environment.h"
#include "actor/search/mutation.h"
#include "actor/search/plan.h"
#include "actor/search/register_tiles.h"

namespace weft {
namespace {

SizeSet Sizes(const std::vector<int64_t>& sizes) {
  SizeSet set = 0;
  for (int64_t size : sizes) set |= SizeSet{1} << SizeIndex(size);
  return set;
}

TEST(RepairAction, KeepsALegalActionAsItIs) {
  SyntheticEnvironment environment{{}};
  const RandomPolicy policy;
  std::mt19937_64 random(7);
  for (const std::string& program : SyntheticEnvironment::Programs()) {
    const auto observation = environment.Reset(program);
    ASSERT_TRUE(observation.ok()) << observation.status();
    for (int i = 0; i < 50; ++i) {
      const Action action =
          policy.Decide(*observation, Selection::kSample, random).action;
      const auto repaired = RepairAction(observation->mask, action);
      ASSERT_TRUE(repaired.has_value()) << ToString(action);
      EXPECT_EQ(ToString(*repaired), ToString(action));
    }
  }
}

TEST(RepairAction, TakesTheNearestLegalSize) {
  SizeMask mask;
  mask.allowed = {Sizes({0, 4, 32}), Sizes({0, 8, 64})};
  mask.forbid_all_zero = true;
  EXPECT_EQ(NearestSizes(mask, {28, 7}), (std::vector<int64_t>{32, 8}));
  EXPECT_EQ(NearestSizes(mask, {2, 0}), (std::vector<int64_t>{4, 0}));
}

TEST(RepairAction, DoesNotLeaveAllLoopsAloneWhereThatIsForbidden) {
  SizeMask mask;
  mask.allowed = {Sizes({0, 4}), Sizes({0})};
  mask.forbid_all_zero = true;
  EXPECT_EQ(NearestSizes(mask, {0, 0}), (std::vector<int64_t>{4, 0}));
}

TEST(ChangesNothing, IsAnOrderThatOnlyMovesLoopsOfOnePoint) {
  ActionMask mask;
  mask.num_loops = 3;
  mask.unit_loops = 0b001;
  const auto changes_nothing = [&](std::vector<int> order) {
    return ChangesNothing(mask, {ActionKind::kInterchange, {}, std::move(order), {}});
  };
  EXPECT_TRUE(changes_nothing({0, 1, 2}));
  EXPECT_TRUE(changes_nothing({1, 0, 2}));
  EXPECT_TRUE(changes_nothing({1, 2, 0, 3})) << "of a nest of four loops";
  EXPECT_FALSE(changes_nothing({2, 1, 0}));
  EXPECT_FALSE(ChangesNothing(mask, {ActionKind::kTile, {0, 0, 0}, {}, {}}));
}

TEST(RepairAction, GivesNothingForAMaskedKind) {
  ActionMask mask;
  mask.kinds = uint32_t{1} << static_cast<int>(ActionKind::kStop);
  Action tile;
  tile.kind = ActionKind::kTile;
  EXPECT_FALSE(RepairAction(mask, tile).has_value());
}

TEST(PlaySchedule, MakesAnyMutationAndAnyCrossingLegal) {
  SyntheticEnvironment environment{{}};
  const InformedPolicy informed{{}};
  std::mt19937_64 random(11);
  for (const std::string& program : SyntheticEnvironment::Programs()) {
    auto schedule = PlaySchedule(environment, program, {}, informed, random);
    ASSERT_TRUE(schedule.ok()) << schedule.status();
    for (int i = 0; i < 100; ++i) {
      auto other = PlaySchedule(environment, program, {}, informed, random);
      ASSERT_TRUE(other.ok()) << other.status();
      const Plan plan =
          i % 2 == 0 ? Mutate(*schedule, random) : CrossOver(*schedule, *other, random);
      // Apply refuses what the mask forbids.
      schedule = PlaySchedule(environment, program, plan, informed, random);
      ASSERT_TRUE(schedule.ok()) << schedule.status();
      EXPECT_TRUE(IsTerminal(schedule->back().kind));
      EXPECT_LE(schedule->size(), size_t{kMaxActions});
    }
  }
}

TEST(RankRegisterTiles, PrefersTilesThatFillTheRegistersWithoutALongReduction) {
  // A matmul: rows, columns along which vectors run, reduction.
  SizeMask mask;
  mask.allowed = {Sizes({1, 2, 4, 8}), Sizes({8, 16, 32, 64}), Sizes({1, 2, 4, 8})};
  mask.bounds = {{0b011, 448}, {0b111, 1024}};
  const auto tiles = RankRegisterTiles(mask, 16, 1000);
  ASSERT_FALSE(tiles.empty());
  EXPECT_GE(tiles.front().sizes[0] * tiles.front().sizes[1], 16 * 8);
  EXPECT_EQ(tiles.front().sizes[2], 1);
  // One accumulator alone waits for itself.
  EXPECT_LE(tiles.back().sizes[0] * tiles.back().sizes[1], 32);
  for (const RegisterTile& tile : tiles) {
    EXPECT_LE(tile.sizes[0] * tile.sizes[1] * tile.sizes[2], 1024);
  }
}

}  // namespace
}  // namespace weft
