#include "common/schedule/features.h"

#include <cmath>

#include "gtest/gtest.h"

namespace weft {
namespace {

NestState Matmul() {
  NestState state;
  state.anchor = AnchorKind::kContraction;
  state.loops.resize(3);
  state.loops[2].reduction = true;
  for (LoopState& loop : state.loops) loop.full_extent = loop.extent = 64;
  state.operands.resize(3);
  state.operands[0].stride = {64, 0, 1};
  state.operands[1].stride = {0, 1, 64};
  state.operands[2].stride = {64, 1, 0};
  state.operands[2].output = true;
  state.neighbours.push_back({true, true, false, 4096});
  state.flops = 2.0 * 64 * 64 * 64;
  state.bytes = 3.0 * 64 * 64 * 4;
  return state;
}

TEST(FeaturizeTest, TokensComeInTheDocumentedOrder) {
  NestState state = Matmul();
  state.history = {{ActionKind::kTile, {32, 0, 0}, {}, {}}};
  Observation observation;
  Featurize(state, &observation);
  const std::vector<TokenKind> expected = {
      TokenKind::kGlobal,  TokenKind::kLoop,      TokenKind::kLoop,
      TokenKind::kLoop,    TokenKind::kOperand,   TokenKind::kOperand,
      TokenKind::kOperand, TokenKind::kNeighbour, TokenKind::kHistory};
  EXPECT_EQ(observation.kinds, expected);
  EXPECT_EQ(observation.features.size(), expected.size() * kTokenWidth);
}

TEST(FeaturizeTest, TheLargestNestFitsAndStaysFiniteAndSmall) {
  NestState state;
  state.loops.resize(kMaxLoops);
  for (LoopState& loop : state.loops) loop.extent = loop.full_extent = int64_t{1} << 40;
  state.operands.resize(8);
  for (OperandState& operand : state.operands) {
    operand.stride.assign(kMaxLoops, int64_t{1} << 40);
    operand.elements = int64_t{1} << 40;
  }
  state.neighbours.resize(8);
  state.flops = 1e18;
  state.bytes = 1e12;
  state.history.resize(
      kMaxActions, {ActionKind::kTile, std::vector<int64_t>(kMaxLoops, 512), {}, {}});
  Observation observation;
  Featurize(state, &observation);
  EXPECT_LE(observation.num_tokens(), kMaxTokens);
  for (float feature : observation.features) {
    EXPECT_TRUE(std::isfinite(feature));
    EXPECT_LE(std::abs(feature), 6.0f);
  }
}

TEST(FeaturizeTest, AChangeOfTheNestChangesTheTokensOfItsLoopAlone) {
  NestState state = Matmul();
  Observation before, after;
  Featurize(state, &before);
  state.loops[1].extent = 16;
  Featurize(state, &after);
  for (int token = 0; token < before.num_tokens(); ++token) {
    const auto begin = before.features.begin() + token * kTokenWidth;
    const bool same = std::equal(begin, begin + kTokenWidth,
                                 after.features.begin() + token * kTokenWidth);
    EXPECT_EQ(same, token != Observation::LoopToken(1)) << "token " << token;
  }
}

TEST(RooflineTest, TheSlowerOfArithmeticAndTrafficDecides) {
  MachineModel machine;
  machine.peak_flops = 100e9;
  machine.memory_bandwidth = 20e9;
  EXPECT_DOUBLE_EQ(RooflineSeconds(1e9, 1e6, machine, 1), 0.01);
  EXPECT_DOUBLE_EQ(RooflineSeconds(1e6, 2e9, machine, 1), 0.1);
  EXPECT_GT(RooflineSeconds(0, 0, machine, 1), 0);
}

TEST(RooflineTest, ThreadsRaiseBothRoofs) {
  MachineModel machine;
  machine.peak_flops = 100e9;
  machine.memory_bandwidth = 20e9;
  EXPECT_DOUBLE_EQ(RooflineSeconds(1e9, 1e6, machine, 2), 0.005);
  EXPECT_DOUBLE_EQ(RooflineSeconds(1e6, 2e9, machine, 4), 0.025);
}

}  // namespace
}  // namespace weft
