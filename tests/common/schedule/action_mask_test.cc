#include "common/schedule/action_mask.h"

#include <random>

#include "common/policy/policy.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace weft {
namespace {

using ::testing::HasSubstr;

SizeSet Sizes(std::initializer_list<int64_t> sizes) {
  SizeSet set = 0;
  for (int64_t size : sizes) set |= SizeSet{1} << SizeIndex(size);
  return set;
}

ActionMask ThreeLoopMask() {
  ActionMask mask;
  mask.num_loops = 3;
  mask.kinds = (1u << kNumActionKinds) - 1;
  mask.modes = 1u << static_cast<int>(VectorizeMode::kContract);
  SizeMask& tile = mask.sizes[SizeSlot(ActionKind::kTile, VectorizeMode::kContract)];
  tile.allowed = {Sizes({0, 4, 8}), Sizes({0, 16}), Sizes({0})};
  tile.forbid_all_zero = true;
  mask.sizes[SizeSlot(ActionKind::kParallelize, VectorizeMode::kContract)] = tile;
  mask.sizes[SizeSlot(ActionKind::kPack, VectorizeMode::kContract)] = tile;
  SizeMask& vectorize =
      mask.sizes[SizeSlot(ActionKind::kVectorize, VectorizeMode::kContract)];
  vectorize.allowed = {Sizes({1, 2, 4, 8}), Sizes({8, 16, 32}), Sizes({1, 2, 4})};
  vectorize.bounds = {{0b011, 128}, {0b111, 256}};
  return mask;
}

TEST(LegalSizesTest, ABoundLeavesRoomForTheSmallestLaterSizes) {
  const ActionMask mask = ThreeLoopMask();
  const SizeMask& sizes =
      mask.sizes[SizeSlot(ActionKind::kVectorize, VectorizeMode::kContract)];
  EXPECT_EQ(LegalSizes(sizes, {}), Sizes({1, 2, 4, 8}));
  EXPECT_EQ(LegalSizes(sizes, {8}), Sizes({8, 16}));
  EXPECT_EQ(LegalSizes(sizes, {8, 16}), Sizes({1, 2}));
  EXPECT_EQ(LegalSizes(sizes, {4, 8}), Sizes({1, 2, 4}));
}

TEST(LegalSizesTest, TheLastLoopThatCanAvoidsATileOfNothing) {
  const ActionMask mask = ThreeLoopMask();
  const SizeMask& sizes =
      mask.sizes[SizeSlot(ActionKind::kTile, VectorizeMode::kContract)];
  EXPECT_EQ(LegalSizes(sizes, {0}), Sizes({16}));
  EXPECT_EQ(LegalSizes(sizes, {4}), Sizes({0, 16}));
  EXPECT_EQ(LegalSizes(sizes, {0, 16}), Sizes({0}));
}

TEST(LegalNextLoopsTest, NeverRepeatsALoopAndNeverSpellsTheIdentity) {
  ActionMask mask;
  mask.num_loops = 3;
  EXPECT_EQ(LegalNextLoops(mask, {}), 0b111u);
  EXPECT_EQ(LegalNextLoops(mask, {0}), 0b100u);
  EXPECT_EQ(LegalNextLoops(mask, {1}), 0b101u);
  EXPECT_EQ(LegalNextLoops(mask, {0, 2}), 0b010u);
  mask.num_loops = 2;
  EXPECT_EQ(LegalNextLoops(mask, {}), 0b10u);
}

TEST(LegalNextLoopsTest, LoopsOfOnePointAloneDoNotMakeAnOrderAnother) {
  ActionMask mask;
  mask.num_loops = 4;
  mask.unit_loops = 0b0101;  // Loops 1 and 3 are left.
  EXPECT_EQ(LegalNextLoops(mask, {}), 0b1101u);
  EXPECT_EQ(LegalNextLoops(mask, {2}), 0b1001u);
  EXPECT_EQ(LegalNextLoops(mask, {2, 0}), 0b1000u);
  EXPECT_EQ(LegalNextLoops(mask, {3}), 0b0111u);
  EXPECT_EQ(LegalNextLoops(mask, {3, 1}), 0b0101u);
}

TEST(CheckLegalTest, NamesThePartThatIsIllegal) {
  const ActionMask mask = ThreeLoopMask();
  Action tile{ActionKind::kTile, {4, 32, 0}, {}, {}};
  EXPECT_THAT(std::string(CheckLegal(mask, tile).message()),
              HasSubstr("size 32 of loop 1 is masked"));
  tile.sizes = {0, 0, 0};
  EXPECT_FALSE(CheckLegal(mask, tile).ok());
  tile.sizes = {4, 3, 0};  // 3 is not in the table.
  EXPECT_FALSE(CheckLegal(mask, tile).ok());
  tile.sizes = {4, 16};
  EXPECT_FALSE(CheckLegal(mask, tile).ok());
  Action order{ActionKind::kInterchange, {}, {0, 1, 2}, {}};
  EXPECT_FALSE(CheckLegal(mask, order).ok());
  order.order = {2, 2, 0};
  EXPECT_FALSE(CheckLegal(mask, order).ok());
  Action vectorize{ActionKind::kVectorize, {1, 8, 1}, {}, VectorizeMode::kDecompose};
  EXPECT_FALSE(CheckLegal(mask, vectorize).ok());
}

TEST(CheckLegalTest, AKindThatIsMaskedIsIllegal) {
  ActionMask mask = ThreeLoopMask();
  mask.kinds &= ~(1u << static_cast<int>(ActionKind::kStop));
  EXPECT_FALSE(CheckLegal(mask, Action{}).ok());
}

TEST(RandomPolicyTest, EveryDrawIsLegalAndEveryKindIsDrawn) {
  Observation observation;
  observation.mask = ThreeLoopMask();
  std::mt19937_64 random(5);
  const RandomPolicy policy;
  uint32_t kinds = 0;
  for (int i = 0; i < 500; ++i) {
    const Decision decision = policy.Decide(observation, Selection::kSample, random);
    EXPECT_TRUE(CheckLegal(observation.mask, decision.action).ok())
        << ToString(decision.action);
    EXPECT_LE(decision.log_probability, 0);
    kinds |= 1u << static_cast<int>(decision.action.kind);
  }
  EXPECT_EQ(kinds, observation.mask.kinds);
}

TEST(ToStringTest, AScheduleReadsAsOneLine) {
  const Schedule schedule = {
      {ActionKind::kInterchange, {}, {2, 0, 1}, {}},
      {ActionKind::kTile, {0, 64, 256}, {}, {}},
      {ActionKind::kVectorize, {4, 16, 1}, {}, VectorizeMode::kContract}};
  EXPECT_EQ(ToString(schedule),
            "interchange[2,0,1] tile[0,64,256] vectorize[4,16,1;contract]");
}

}  // namespace
}  // namespace weft
