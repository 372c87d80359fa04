#include "common/policy/decision_batch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/policy/policy.h"
#include "tests/common/policy/random_masks.h"

namespace weft {
namespace {

using ::testing::ElementsAre;

Action Interchange(std::vector<int> order) {
  Action action;
  action.kind = ActionKind::kInterchange;
  action.order = std::move(order);
  return action;
}

TEST(Decompose, ListsThePartsOfAnOrderUnderAShrinkingMask) {
  ActionMask mask;
  mask.kinds = 1u << static_cast<int>(ActionKind::kInterchange);
  mask.num_loops = 3;
  const absl::StatusOr<ActionParts> parts = Decompose(mask, Interchange({0, 2, 1}));
  ASSERT_TRUE(parts.ok()) << parts.status();
  ASSERT_EQ(parts->order.size(), 3u);
  EXPECT_EQ(parts->order[0].legal, 0b111u);
  EXPECT_EQ(parts->order[1].legal, 0b100u);  // 0, 1 would lead to the identity.
  EXPECT_EQ(parts->order[1].chosen, 2);
  EXPECT_EQ(parts->order[2].legal, 0b010u);
  EXPECT_TRUE(parts->sizes.empty());
  EXPECT_FALSE(parts->mode);
}

TEST(Decompose, RefusesAnActionThatTheMaskForbids) {
  ActionMask mask;
  mask.kinds = 1u << static_cast<int>(ActionKind::kStop);
  mask.num_loops = 2;
  const absl::StatusOr<ActionParts> parts = Decompose(mask, Interchange({1, 0}));
  EXPECT_EQ(parts.status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(Decompose, FindsEveryRandomActionLegalPartByPart) {
  std::mt19937_64 random(1);
  const RandomPolicy policy;
  for (int trial = 0; trial < 2000; ++trial) {
    const Observation observation = RandomObservation(random);
    const Action action = policy.Decide(observation, Selection::kSample, random).action;
    const absl::StatusOr<ActionParts> parts = Decompose(observation.mask, action);
    ASSERT_TRUE(parts.ok()) << parts.status();
    std::vector<Part> all = {parts->kind};
    if (parts->mode) all.push_back(*parts->mode);
    all.insert(all.end(), parts->sizes.begin(), parts->sizes.end());
    all.insert(all.end(), parts->order.begin(), parts->order.end());
    for (const Part& part : all) EXPECT_TRUE(part.legal >> part.chosen & 1);
  }
}

TEST(BatchTokens, PadsWithZeros) {
  Observation one;
  one.kinds = {TokenKind::kGlobal};
  one.features.assign(kTokenWidth, 1.0f);
  Observation two;
  two.kinds = {TokenKind::kGlobal, TokenKind::kLoop};
  two.features.assign(2 * kTokenWidth, 2.0f);
  const TokenBatch batch = BatchTokens({&one, &two});
  EXPECT_EQ(batch.tokens, 2);
  EXPECT_THAT(batch.lengths, ElementsAre(1, 2));
  EXPECT_THAT(batch.token_kinds, ElementsAre(0, 0, 0, 1));
  EXPECT_EQ(batch.features[0], 1.0f);
  EXPECT_EQ(batch.features[kTokenWidth], 0.0f);
  EXPECT_EQ(batch.features[3 * kTokenWidth], 2.0f);
}

TEST(BatchParts, GivesUnusedPartsNoWeightAndALegalOption) {
  ActionParts stop;
  stop.kind = {1u << 4, 4};
  ActionParts tile;
  tile.kind = {0b10010, 1};
  tile.slot = 1;
  tile.sizes = {{0b100, 2}, {0b11, 0}};
  const PartBatch batch = BatchParts({&stop, &tile});
  EXPECT_EQ(batch.loops, 2);
  EXPECT_THAT(batch.slots, ElementsAre(0, 1));
  EXPECT_THAT(batch.kind.used, ElementsAre(1, 1));
  EXPECT_THAT(batch.kind.chosen, ElementsAre(4, 1));
  EXPECT_THAT(batch.mode.used, ElementsAre(0, 0));
  EXPECT_THAT(batch.sizes.used, ElementsAre(0, 0, 1, 1));
  EXPECT_THAT(batch.sizes.chosen, ElementsAre(0, 0, 2, 0));
  EXPECT_THAT(batch.order.used, ElementsAre(0, 0, 0, 0));
  EXPECT_EQ(batch.sizes.legal[0], 1);
  EXPECT_EQ(batch.sizes.legal[2 * kNumSizes + 0], 0);
  EXPECT_EQ(batch.sizes.legal[2 * kNumSizes + 2], 1);
}

}  // namespace
}  // namespace weft
