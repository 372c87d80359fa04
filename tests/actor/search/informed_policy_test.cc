// What the informed policy proposes on the masks of real operations.
#include "actor/search/informed_policy.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "actor/nest/legal_actions.h"
#include "common/schedule/feature_list.h"
#include "tests/actor/worker/program_files.h"
#include "tests/actor/worker/transforms/structured_ops.h"

namespace weft {
namespace {

// What the policy reads of an observation of `nest`.
Observation Observe(const Nest& nest, int neighbours) {
  Observation observation;
  observation.kinds.assign(nest.history.size(), TokenKind::kHistory);
  observation.kinds.insert(observation.kinds.end(), neighbours, TokenKind::kNeighbour);
  observation.mask = LegalActions(nest, Avx512());
  return observation;
}

// Draws whole schedules and checks that each action is legal.
std::vector<Schedule> Draw(const Nest& program, int neighbours, int count) {
  InformedPolicyOptions options;
  options.machine = Avx512();
  const InformedPolicy policy(options);
  std::mt19937_64 random(1);
  std::vector<Schedule> schedules;
  for (int i = 0; i < count; ++i) {
    Nest nest = program;
    while (!nest.done) {
      const Observation observation = Observe(nest, neighbours);
      const Action action =
          policy.Decide(observation, Selection::kSample, random).action;
      const absl::Status legal = CheckLegal(observation.mask, action);
      EXPECT_TRUE(legal.ok()) << legal;
      if (!legal.ok()) return schedules;
      nest.Advance(action);
    }
    schedules.push_back(nest.history);
  }
  return schedules;
}

const Action* Find(const Schedule& schedule, ActionKind kind) {
  for (const Action& action : schedule) {
    if (action.kind == kind) return &action;
  }
  return nullptr;
}

// Packed into panels of at least 8 registers, with the panels of columns outside those
// of rows.
bool IsLikeTheBestMatmul(const Schedule& schedule) {
  const Action* pack = Find(schedule, ActionKind::kPack);
  const Action* order = Find(schedule, ActionKind::kInterchange);
  if (pack == nullptr || order == nullptr || order->order.size() != 5) return false;
  const auto depth = [&](int loop) {
    return std::find(order->order.begin(), order->order.end(), loop);
  };
  return pack->sizes[0] * pack->sizes[1] >= 128 && depth(1) < depth(0);
}

TEST(InformedPolicyTest, AFewOfSixtyMatmulsAreLikeTheBestOne) {
  const std::vector<Schedule> schedules = Draw(Nest(Matmul(512, 512, 512), 3), 1, 2400);
  ASSERT_EQ(schedules.size(), 2400u);
  const auto count =
      std::count_if(schedules.begin(), schedules.end(), IsLikeTheBestMatmul);
  EXPECT_GE(count, 160);  // Four of every sixty.
}

TEST(InformedPolicyTest, ChannelsFirstConvolutionsAreOftenPackedTileByTile) {
  const uint32_t output_loops = 0b1111;
  const std::vector<Schedule> schedules =
      Draw(Nest(ChannelsFirstConvolution(56, 56, 64), output_loops), 1, 600);
  ASSERT_EQ(schedules.size(), 600u);
  const auto count =
      std::count_if(schedules.begin(), schedules.end(), [](const Schedule& schedule) {
        return Find(schedule, ActionKind::kFuse) != nullptr &&
               Find(schedule, ActionKind::kPack) != nullptr;
      });
  EXPECT_GE(count, 40);  // Four of every sixty.
}

TEST(InformedPolicyTest, RowsAreFusedInManyOfSixtySchedules) {
  const uint32_t rows = 1;
  const std::vector<Schedule> schedules =
      Draw(Nest(Elementwise(1024, 1024, 0, 1), rows), 3, 600);
  ASSERT_EQ(schedules.size(), 600u);
  const auto count =
      std::count_if(schedules.begin(), schedules.end(), [](const Schedule& schedule) {
        return Find(schedule, ActionKind::kFuse) != nullptr;
      });
  EXPECT_GE(count, 60);  // Six of every sixty.
}

TEST(InformedPolicyTest, ShortVectorsOfAnElementwiseOpAreTriedToo) {
  const std::vector<Schedule> schedules =
      Draw(Nest(Elementwise(1024, 1024, 0, 1), 0b11), 0, 600);
  ASSERT_EQ(schedules.size(), 600u);
  const std::vector<int64_t> one_vector = {1, 16};
  const auto count = std::count_if(
      schedules.begin(), schedules.end(),
      [&](const Schedule& schedule) { return schedule.back().sizes == one_vector; });
  EXPECT_GE(count, 20);  // Two of every sixty.
}

TEST(InformedPolicyTest, OperandsBeyondTheSecondLevelCacheAreOftenPackedPieceByPiece) {
  InformedPolicyOptions options;
  options.machine = Avx512();
  const InformedPolicy policy(options);
  const Nest nest(Matmul(512, 512, 512), 3);
  Observation observation = Observe(nest, 1);
  observation.kinds.push_back(TokenKind::kOperand);
  observation.features.assign(observation.kinds.size() * kTokenWidth, 0);
  const int fits = FeatureIndex(TokenKind::kOperand, "whole_fits_l2");
  ASSERT_GE(fits, 0);
  const auto pieces = [&](float whole_fits_l2) {
    observation.features[(observation.kinds.size() - 1) * kTokenWidth + fits] =
        whole_fits_l2;
    std::mt19937_64 random(1);
    int count = 0;
    for (int i = 0; i < 600; ++i) {
      count += policy.Decide(observation, Selection::kSample, random).action.kind ==
               ActionKind::kParallelize;
    }
    return count;
  };
  EXPECT_GE(pieces(0), 3 * pieces(1));
}

}  // namespace
}  // namespace weft
