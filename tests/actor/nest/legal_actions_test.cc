#include "actor/nest/legal_actions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/actor/worker/program_files.h"
#include "tests/actor/worker/transforms/actions.h"
#include "tests/actor/worker/transforms/structured_ops.h"

namespace weft {
namespace {

using ::testing::ElementsAre;

std::vector<int64_t> Sizes(SizeSet set) {
  std::vector<int64_t> sizes;
  for (int j = 0; j < kNumSizes; ++j) {
    if (set >> j & 1) sizes.push_back(kSizeTable[j]);
  }
  return sizes;
}

// The mask after the actions, each of which must be legal in its turn.
ActionMask MaskAfter(const StructuredOp& op, const Schedule& schedule,
                     const MachineModel& machine = Avx2()) {
  Nest nest(op);
  for (const Action& action : schedule) {
    const absl::Status legal = CheckLegal(LegalActions(nest, machine), action);
    EXPECT_TRUE(legal.ok()) << legal;
    nest.Advance(action);
  }
  return LegalActions(nest, machine);
}

bool Legal(const ActionMask& mask, const Action& action) {
  return CheckLegal(mask, action).ok();
}

const SizeMask& TileSizes(const ActionMask& mask) {
  return mask.sizes[SizeSlot(ActionKind::kTile, {})];
}

TEST(LegalActionsTest, TilesDivideTheirLoop) {
  const ActionMask mask = MaskAfter(Matmul(48, 64, 7), {});
  EXPECT_THAT(Sizes(TileSizes(mask).allowed[0]), ElementsAre(0, 1, 2, 4, 8, 16));
  EXPECT_THAT(Sizes(TileSizes(mask).allowed[1]), ElementsAre(0, 8, 16, 32));
  EXPECT_THAT(Sizes(TileSizes(mask).allowed[2]), ElementsAre(0, 1));
}

TEST(LegalActionsTest, TileSizesFollowTheCurrentTile) {
  const ActionMask mask = MaskAfter(Matmul(48, 64, 80), {Tile({16, 0, 0})});
  EXPECT_THAT(Sizes(TileSizes(mask).allowed[0]), ElementsAre(0, 1, 2, 4, 8));
}

TEST(LegalActionsTest, TilesAlongVectorsKeepRoomForAVector) {
  const SizeMask tile = TileSizes(MaskAfter(Convolution(16, 16, 32, 1), {}));
  EXPECT_THAT(Sizes(tile.allowed[2]), ElementsAre(0, 1, 2, 4, 8));  // Output columns.
  EXPECT_THAT(Sizes(tile.allowed[3]), ElementsAre(0, 8, 16));       // Output channels.
}

TEST(LegalActionsTest, ATileOfNothingIsIllegal) {
  EXPECT_FALSE(Legal(MaskAfter(Matmul(48, 64, 80), {}), Tile({0, 0, 0})));
}

TEST(LegalActionsTest, AtMostThreeTileBands) {
  const StructuredOp op = Matmul(64, 64, 64);
  const Schedule two = {Tile({32, 0, 0}), Tile({16, 0, 0})};
  EXPECT_TRUE(MaskAfter(op, two).Allows(ActionKind::kTile));
  Schedule three = two;
  three.push_back(Tile({8, 0, 0}));
  EXPECT_FALSE(MaskAfter(op, three).Allows(ActionKind::kTile));
}

TEST(LegalActionsTest, OnlyParallelLoopsAreParallelized) {
  const ActionMask mask = MaskAfter(Matmul(48, 64, 80), {});
  EXPECT_TRUE(Legal(mask, Parallelize({16, 0, 0})));
  EXPECT_FALSE(Legal(mask, Parallelize({16, 0, 16})));
}

TEST(LegalActionsTest, ParallelizeComesOnceAndBeforeTiles) {
  const StructuredOp op = Matmul(64, 64, 64);
  EXPECT_FALSE(
      MaskAfter(op, {Parallelize({16, 0, 0})}).Allows(ActionKind::kParallelize));
  EXPECT_FALSE(MaskAfter(op, {Tile({0, 0, 16})}).Allows(ActionKind::kParallelize));
}

TEST(LegalActionsTest, OnlyTilesOfSharedLoopsAreFused) {
  const uint32_t rows = 1;
  Nest nest(Matmul(64, 64, 64), rows);
  EXPECT_FALSE(LegalActions(nest, Avx2()).Allows(ActionKind::kFuse));
  Nest of_rows = nest;
  of_rows.Advance(Parallelize({16, 0, 0}));
  EXPECT_TRUE(LegalActions(of_rows, Avx2()).Allows(ActionKind::kFuse));
  Nest of_columns = nest;
  of_columns.Advance(Parallelize({16, 16, 0}));
  EXPECT_FALSE(LegalActions(of_columns, Avx2()).Allows(ActionKind::kFuse));
}

TEST(LegalActionsTest, InterchangeIsNotRepeated) {
  const StructuredOp op = Matmul(64, 64, 64);
  EXPECT_FALSE(
      MaskAfter(op, {Interchange({2, 0, 1})}).Allows(ActionKind::kInterchange));
  EXPECT_TRUE(MaskAfter(op, {Interchange({2, 0, 1}), Tile({0, 0, 8})})
                  .Allows(ActionKind::kInterchange));
}

TEST(LegalActionsTest, InterchangeNeedsTwoLoopsThatMove) {
  EXPECT_FALSE(MaskAfter(Matmul(64, 1, 1), {}).Allows(ActionKind::kInterchange));
}

TEST(LegalActionsTest, NothingIsLegalAfterATerminalAction) {
  const ActionMask mask = MaskAfter(Matmul(64, 64, 64), {Action()});
  EXPECT_EQ(mask.kinds, 0u);
}

TEST(LegalActionsTest, StopIsAlwaysLegal) {
  EXPECT_TRUE(MaskAfter(Matmul(61, 1, 1), {}).Allows(ActionKind::kStop));
}

TEST(LegalActionsTest, TheLastActionIsTerminal) {
  const StructuredOp op = Matmul(512, 512, 512);
  Nest nest(op);
  nest.history.resize(kMaxActions - 1);
  const ActionMask mask = LegalActions(nest, Avx2());
  EXPECT_FALSE(mask.Allows(ActionKind::kTile));
  EXPECT_FALSE(mask.Allows(ActionKind::kInterchange));
  EXPECT_FALSE(mask.Allows(ActionKind::kParallelize));
  EXPECT_TRUE(mask.Allows(ActionKind::kVectorize));
  EXPECT_TRUE(mask.Allows(ActionKind::kStop));
}

TEST(LegalActionsTest, IndicesThatAreNoSumsOfLoopsLeaveOnlyStop) {
  StructuredOp op = Matmul(64, 64, 64);
  op.affine = false;
  EXPECT_EQ(MaskAfter(op, {}).kinds, 1u << static_cast<int>(ActionKind::kStop));
}

TEST(LegalActionsTest, VectorsRunAlongTheContiguousOutputLoop) {
  const ActionMask mask = MaskAfter(Matmul(48, 64, 80), {});
  const SizeMask& sizes =
      mask.sizes[SizeSlot(ActionKind::kVectorize, VectorizeMode::kContract)];
  EXPECT_THAT(Sizes(sizes.allowed[1]), ElementsAre(8, 16, 32, 64));
}

TEST(LegalActionsTest, AccumulatorsFitTheRegistersOfTheMachine) {
  const StructuredOp op = Matmul(64, 64, 64);
  const Action wide = Vectorize({8, 32, 1}, VectorizeMode::kContract);
  EXPECT_FALSE(Legal(MaskAfter(op, {}, Avx2()), wide));   // 32 registers of 16.
  EXPECT_TRUE(Legal(MaskAfter(op, {}, Avx512()), wide));  // 16 registers of 32.
  EXPECT_TRUE(Legal(MaskAfter(op, {}, Avx2()),
                    Vectorize({4, 16, 1}, VectorizeMode::kContract)));
}

TEST(LegalActionsTest, VectorSpaceIsBounded) {
  const ActionMask mask = MaskAfter(Matmul(64, 64, 64), {});
  EXPECT_TRUE(Legal(mask, Vectorize({4, 16, 16}, VectorizeMode::kContract)));
  EXPECT_FALSE(Legal(mask, Vectorize({8, 8, 32}, VectorizeMode::kContract)));
}

TEST(LegalActionsTest, LoopsWithoutAVectorWidthAreNotVectorized) {
  EXPECT_FALSE(MaskAfter(Matmul(64, 61, 64), {}).Allows(VectorizeMode::kContract));
}

TEST(LegalActionsTest, OnlyWhatNoVectorDividesMayLeaveARest) {
  const auto column_sizes = [](int64_t columns) {
    const ActionMask mask = MaskAfter(Elementwise(33, columns, 0, 1), {});
    return Sizes(mask.sizes[SizeSlot(ActionKind::kVectorize, VectorizeMode::kContract)]
                     .allowed[1]);
  };
  EXPECT_THAT(column_sizes(80), ElementsAre(8, 16));
  EXPECT_THAT(column_sizes(77), ElementsAre(8, 16, 32, 64));
  EXPECT_THAT(column_sizes(44), ElementsAre(4, 8, 16, 32));
  EXPECT_FALSE(MaskAfter(Elementwise(33, 7, 0, 1), {}).Allows(ActionKind::kVectorize));
}

TEST(LegalActionsTest, WindowsAreNeverSplitIntoPartialResults) {
  const ActionMask mask = MaskAfter(Convolution(14, 14, 32, 1), {});
  EXPECT_FALSE(mask.Allows(VectorizeMode::kReduction));
  EXPECT_FALSE(mask.Allows(VectorizeMode::kContract));
}

TEST(LegalActionsTest, DecomposeNeedsOneRowAtATime) {
  const ActionMask mask = MaskAfter(Convolution(14, 14, 32, 1), {});
  const auto decompose = VectorizeMode::kDecompose;
  EXPECT_TRUE(Legal(mask, Vectorize({1, 1, 7, 16, 1, 1, 4}, decompose)));
  EXPECT_FALSE(Legal(mask, Vectorize({1, 2, 7, 8, 1, 1, 4}, decompose)));
}

TEST(LegalActionsTest, StridedWindowsAreGeneralizedPointByPoint) {
  const auto generalize = VectorizeMode::kGeneralize;
  const Action two = Vectorize({1, 1, 2, 16, 1, 1, 1}, generalize);
  EXPECT_TRUE(Legal(MaskAfter(Convolution(8, 8, 32, 1), {}), two));
  EXPECT_FALSE(Legal(MaskAfter(Convolution(8, 8, 32, 2), {}), two));
}

TEST(LegalActionsTest, GeneralizedWindowsReduceOnePointAtATime) {
  const auto generalize = VectorizeMode::kGeneralize;
  const ActionMask plain = MaskAfter(ChannelsFirstConvolution(8, 8, 16), {});
  EXPECT_TRUE(Legal(plain, Vectorize({1, 8, 1, 8, 1, 1, 1}, generalize)));
  EXPECT_FALSE(Legal(plain, Vectorize({1, 8, 1, 8, 4, 1, 1}, generalize)));
  const ActionMask packed =
      MaskAfter(ChannelsFirstConvolution(8, 8, 16), {Pack({0, 8, 0, 0, 0, 0, 0})});
  EXPECT_TRUE(Legal(packed, Vectorize({1, 1, 2, 4, 1, 1, 1, 8}, generalize)));
  EXPECT_FALSE(Legal(packed, Vectorize({1, 1, 2, 4, 2, 1, 1, 8}, generalize)));
}

TEST(LegalActionsTest, AGeneralizedRowMayBeCoveredByOneMaskedVector) {
  const auto row_sizes = [](int64_t width) {
    const ActionMask mask =
        MaskAfter(ChannelsFirstConvolution(width, width, 64), {}, Avx512());
    return Sizes(
        mask.sizes[SizeSlot(ActionKind::kVectorize, VectorizeMode::kGeneralize)]
            .allowed[3]);
  };
  EXPECT_THAT(row_sizes(56), ElementsAre(8, 64));
  EXPECT_THAT(row_sizes(28), ElementsAre(32));
  EXPECT_THAT(row_sizes(14), ElementsAre(16));
  EXPECT_THAT(row_sizes(7), ElementsAre(8));
  EXPECT_THAT(row_sizes(64), ElementsAre(8, 16, 32, 64));
  EXPECT_THAT(row_sizes(20), ElementsAre(4));  // A third of 32 would be for nothing.
}

// 16 registers of four f64: no masked vector of 64 fits, whatever the row.
TEST(LegalActionsTest, AMaskedVectorFitsTheRegisters) {
  for (const int64_t width : {49, 52, 54, 55, 60, 63}) {
    StructuredOp op = ChannelsFirstConvolution(width, width, 64);
    for (OperandInfo& operand : op.operands) operand.element_bytes = 8;
    const ActionMask mask = MaskAfter(op, {});
    if (!mask.Allows(VectorizeMode::kGeneralize)) continue;
    const SizeMask& sizes =
        mask.sizes[SizeSlot(ActionKind::kVectorize, VectorizeMode::kGeneralize)];
    // What a mask promises, and its receiver demands: the smallest sizes are legal.
    int64_t smallest = 1;
    for (int i = 0; i < op.num_loops(); ++i) {
      if (sizes.bounds[0].loops >> i & 1) smallest *= Sizes(sizes.allowed[i]).front();
    }
    EXPECT_LE(smallest, sizes.bounds[0].max_product) << width;
  }
}

TEST(LegalActionsTest, WhatReadsIndicesIsNotPacked) {
  StructuredOp op = Matmul(64, 64, 64);
  EXPECT_TRUE(MaskAfter(op, {}).Allows(ActionKind::kPack));
  op.reads_indices = true;
  EXPECT_FALSE(MaskAfter(op, {}).Allows(ActionKind::kPack));
}

TEST(LegalActionsTest, PackingMakesNoMoreLoopsThanAnObservationHas) {
  StructuredOp op = Matmul(64, 64, 64);
  const auto with_unit_loops = [&op](int loops) {
    StructuredOp more = op;
    while (more.num_loops() < loops) {
      more.loops.push_back({1, true});
      for (OperandInfo& operand : more.operands) {
        operand.stride.push_back(0);
        for (auto& dimension : operand.coefficients) dimension.push_back(0);
      }
    }
    return more;
  };
  EXPECT_TRUE(MaskAfter(with_unit_loops(kMaxLoops - 2), {}).Allows(ActionKind::kPack));
  EXPECT_FALSE(MaskAfter(with_unit_loops(kMaxLoops - 1), {}).Allows(ActionKind::kPack));
}

// The vector loop of a channels-first window is the output column, which a stride
// forbids.
TEST(LegalActionsTest, AVectorLoopThatMustBeUnitLeavesNoVectors) {
  StructuredOp op = Convolution(8, 8, 32, 2);
  OperandInfo& output = op.operands.back();
  std::swap(output.coefficients[2], output.coefficients[3]);
  EXPECT_FALSE(MaskAfter(op, {}).Allows(VectorizeMode::kGeneralize));
}

}  // namespace
}  // namespace weft
