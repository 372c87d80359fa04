#include "common/schedule/features.h"

#include <cmath>
#include <limits>

#include "common/schedule/feature_list.h"
#include "common/schedule/nest_analysis.h"
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
  state.operands[0].dimensions = {{1, 0, 0}, {0, 0, 1}};
  state.operands[1].stride = {0, 1, 64};
  state.operands[1].dimensions = {{0, 0, 1}, {0, 1, 0}};
  state.operands[2].stride = {64, 1, 0};
  state.operands[2].dimensions = {{1, 0, 0}, {0, 1, 0}};
  state.operands[2].output = true;
  for (OperandState& operand : state.operands) operand.elements = 4096;
  state.neighbours.push_back({true, true, false, 4096});
  state.flops = 2.0 * 64 * 64 * 64;
  state.bytes = 3.0 * 64 * 64 * 4;
  state.machine.peak_flops = 1e11;
  state.machine.memory_bandwidth = 1e10;
  return state;
}

// The feature of this name of a token of the given kind.
float FeatureOf(const Observation& observation, int token, const std::string& name) {
  const std::vector<Feature>& features = FeaturesOf(observation.kinds[token]);
  for (size_t i = 0; i < features.size(); ++i) {
    if (features[i].name == name) return observation.features[token * kTokenWidth + i];
  }
  ADD_FAILURE() << "no feature " << name;
  return 0;
}

void ExpectWithinRanges(const Observation& observation) {
  ASSERT_EQ(observation.features.size(), observation.kinds.size() * kTokenWidth);
  for (int token = 0; token < observation.num_tokens(); ++token) {
    for (const Feature& feature : FeaturesOf(observation.kinds[token])) {
      const float value = FeatureOf(observation, token, feature.name);
      EXPECT_TRUE(value >= feature.min && value <= feature.max)
          << TokenKindName(observation.kinds[token]) << "." << feature.name << " = "
          << value;
    }
  }
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

TEST(FeaturizeTest, TheLargestNestFitsAndStaysWithinTheRanges) {
  NestState state;
  state.loops.resize(kMaxLoops);
  for (LoopState& loop : state.loops) loop.extent = loop.full_extent = int64_t{1} << 40;
  state.outer_loops.resize(4 * kMaxLoops, {0, int64_t{1} << 40, true});
  state.operands.resize(8);
  for (OperandState& operand : state.operands) {
    operand.stride.assign(kMaxLoops, int64_t{1} << 40);
    operand.dimensions.assign(kMaxLoops, state.operands[0].stride);
    operand.elements = int64_t{1} << 40;
  }
  state.neighbours.resize(8);
  state.flops = 1e300;
  state.bytes = 1e12;
  state.threads = 1 << 20;
  state.history.resize(
      kMaxActions, {ActionKind::kTile, std::vector<int64_t>(kMaxLoops, 512), {}, {}});
  Observation observation;
  Featurize(state, &observation);
  EXPECT_LE(observation.num_tokens(), kMaxTokens);
  ExpectWithinRanges(observation);
}

TEST(FeaturizeTest, AStateWithoutAnythingIsWithinTheRanges) {
  NestState state;
  state.flops = std::numeric_limits<double>::quiet_NaN();
  Observation observation;
  Featurize(state, &observation);
  EXPECT_EQ(observation.num_tokens(), 1);
  ExpectWithinRanges(observation);
}

TEST(FeaturizeTest, APendingOrderChangesTheTokenOfItsLoopAlone) {
  NestState state = Matmul();
  Observation before, after;
  Featurize(state, &before);
  state.loops[1].pending_depth = 2;
  Featurize(state, &after);
  for (int token = 0; token < before.num_tokens(); ++token) {
    const auto begin = before.features.begin() + token * kTokenWidth;
    const bool same = std::equal(begin, begin + kTokenWidth,
                                 after.features.begin() + token * kTokenWidth);
    EXPECT_EQ(same, token != Observation::LoopToken(1)) << "token " << token;
  }
}

TEST(FeaturizeTest, ThreadsShareTheParallelTiles) {
  NestState state = Matmul();
  state.outer_loops = {{0, 8, true}};
  state.threads = 2;
  Observation observation;
  Featurize(state, &observation);
  EXPECT_FLOAT_EQ(FeatureOf(observation, 0, "threads"), 1.0f / 8);
  EXPECT_FLOAT_EQ(FeatureOf(observation, 0, "parallel_tiles"), 3.0f / 8);
  EXPECT_FLOAT_EQ(FeatureOf(observation, 0, "tiles_per_thread"), 2.0f / 8);
}

TEST(NestAnalysisTest, ATileIsAPartOfTheWork) {
  NestState state = Matmul();
  state.outer_loops = {{0, 4, false}, {2, 8, false}};
  state.loops[0].extent = 16;
  state.loops[2].extent = 8;
  const NestAnalysis analysis = AnalyzeNest(state);
  EXPECT_EQ(analysis.trips, (std::vector<double>{4, 1, 8}));
  EXPECT_EQ(analysis.depth, (std::vector<int>{0, -1, 1}));
  EXPECT_EQ(analysis.tile_points, 16 * 64 * 8);
  EXPECT_EQ(analysis.operand_elements, (std::vector<double>{16 * 8, 8 * 64, 16 * 64}));
  EXPECT_EQ(analysis.tile_bytes, 4 * (16 * 8 + 8 * 64 + 16 * 64));
  EXPECT_EQ(analysis.tile_flops, state.flops / 32);
  EXPECT_EQ(analysis.output_vectors, 16 * 64 * 4 / 32);
}

TEST(NestAnalysisTest, AWindowTouchesTheUnionOfItsPositions) {
  OperandState input;
  input.dimensions = {{2, 1}};  // Stride 2, window of 3: positions 0 to 2 * 4 + 2.
  EXPECT_EQ(Footprint(input, {5, 3}), 11);
}

// Loops i, j, k of 64 each: one row of the left operand, the right one and a row of the
// output are 64 + 4096 + 64 elements; a cache of 32 KiB holds them, and not a second
// row of all.
TEST(NestAnalysisTest, ACacheKeepsWhatTheNextLoopOutsideDoesNotMove) {
  NestState state = Matmul();
  state.machine.l1_bytes = 17 << 10;
  state.machine.l2_bytes = 64 << 10;
  const NestAnalysis analysis = AnalyzeNest(state);
  EXPECT_EQ(analysis.caches[0].points, 64 * 64);
  EXPECT_EQ(analysis.caches[0].bytes, 4 * (64 + 4096 + 64));
  // The right operand stays while i advances; the other two come once in all.
  EXPECT_EQ(analysis.caches[0].traffic, 4 * (4096 + 4096 + 4096));
  EXPECT_EQ(analysis.caches[1].points, 64 * 64 * 64);
  EXPECT_EQ(analysis.caches[1].traffic, 4 * 3 * 4096);
}

TEST(NestAnalysisTest, AnOuterLoopThatMovesAnOperandBringsItAgain) {
  NestState state = Matmul();
  state.machine.l1_bytes = 1 << 10;  // Holds one dot product: 64 + 64 + 1 elements.
  const NestAnalysis analysis = AnalyzeNest(state);
  EXPECT_EQ(analysis.caches[0].points, 64);
  // A row of the left operand stays while j advances; each column comes for every i.
  EXPECT_EQ(analysis.caches[0].traffic, 4 * (4096 + 64 * 4096 + 4096));
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
