#include "actor/worker/transforms/emit_schedule.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/actor/worker/program_files.h"
#include "tests/actor/worker/transforms/actions.h"
#include "tests/actor/worker/transforms/in_order.h"
#include "tests/actor/worker/transforms/structured_ops.h"

namespace weft {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string Emit(const ProgramInfo& program, const Schedule& schedule) {
  return EmitScheduleModule(program, schedule, Avx2());
}

TEST(EmitScheduleTest, EmptyScheduleOnlyMatchesTheAnchor) {
  EXPECT_EQ(Emit(Alone(Matmul(48, 64, 80)), {}),
            R"(module attributes {transform.with_named_sequence} {
  transform.named_sequence @__transform_main(%payload: !transform.any_op) {
    %0 = transform.structured.match ops{["linalg.matmul"]} in %payload : (!transform.any_op) -> !transform.any_op
    transform.yield
  }
}
)");
}

TEST(EmitScheduleTest, StopAloneChangesNothing) {
  const ProgramInfo program = Alone(Matmul(48, 64, 80));
  EXPECT_EQ(Emit(program, {Stop()}), Emit(program, {}));
}

TEST(EmitScheduleTest, OneOfManyIsSplitOff) {
  ProgramInfo program;
  program.ops = {Elementwise(8, 8, 0, 2), Elementwise(64, 64, 1, 2)};
  program.anchor_index = 1;
  EXPECT_THAT(Emit(program, {Tile({8, 0})}),
              ContainsInOrder(Pieces{"%1:2 = transform.split_handle %0",
                                     "tile_using_for %1#1 tile_sizes [8, 0]"}));
}

TEST(EmitScheduleTest, ParallelizeIsAForallOverTiles) {
  EXPECT_THAT(Emit(Alone(Matmul(48, 64, 80)), {Parallelize({16, 32, 0})}),
              HasSubstr("tile_using_forall %0 tile_sizes [16, 32, 0]"));
}

TEST(EmitScheduleTest, TileHasOneLoopPerSplitLoop) {
  EXPECT_THAT(Emit(Alone(Matmul(48, 64, 80)), {Tile({16, 0, 8})}),
              HasSubstr("%1, %2:2 = transform.structured.tile_using_for %0 tile_sizes "
                        "[16, 0, 8] : "));
}

TEST(EmitScheduleTest, InterchangeOrdersTheNextBandAlone) {
  const std::string text =
      Emit(Alone(Matmul(48, 64, 80)),
           {Interchange({2, 0, 1}), Tile({16, 0, 8}), Tile({8, 0, 0})});
  EXPECT_THAT(text,
              ContainsInOrder(Pieces{"tile_sizes [16, 0, 8] interchange = [2, 0, 1]",
                                     "tile_sizes [8, 0, 0] : "}));
}

TEST(EmitScheduleTest, StopMakesAPendingOrderReal) {
  EXPECT_THAT(Emit(Alone(Matmul(48, 64, 80)), {Interchange({0, 2, 1}), Stop()}),
              ContainsInOrder(Pieces{"tile_sizes [1, 0, 1] interchange = [0, 2, 1]",
                                     "apply_patterns.canonicalization"}));
}

TEST(EmitScheduleTest, ContractHasARegisterBandThenAReductionBand) {
  EXPECT_THAT(Emit(Alone(Matmul(48, 64, 80)),
                   {Vectorize({4, 16, 2}, VectorizeMode::kContract)}),
              ContainsInOrder(Pieces{"tile_using_for %0 tile_sizes [4, 16, 0]",
                                     "tile_using_for %1 tile_sizes [0, 0, 2]",
                                     "structured.vectorize %3"}));
}

TEST(EmitScheduleTest, TheRestOfARowIsAMaskedVectorRightBehindIt) {
  EXPECT_THAT(Emit(Alone(Elementwise(33, 77, 0, 1)),
                   {Vectorize({1, 16}, VectorizeMode::kContract)}),
              ContainsInOrder(Pieces{"%1, %2:1 = transform.structured.tile_using_for "
                                     "%0 tile_sizes [1, 0]",
                                     "%3, %4 = transform.structured.split %1 after 64 "
                                     "{dimension = 1}",
                                     "structured.vectorize %4 vector_sizes [1, 16]",
                                     "tile_using_for %3 tile_sizes [0, 16]",
                                     "structured.vectorize %5"}));
}

TEST(EmitScheduleTest, TheRestComesLastWhereRowsAreInnermost) {
  EXPECT_THAT(Emit(Alone(Elementwise(33, 77, 0, 1)),
                   {Interchange({1, 0}), Vectorize({1, 32}, VectorizeMode::kContract)}),
              ContainsInOrder(Pieces{"structured.split %0 after 64",
                                     "%2 tile_sizes [1, 0]", "vector_sizes [1, 16]",
                                     "%1 tile_sizes [1, 32] interchange = [1, 0]"}));
}

TEST(EmitScheduleTest, ARestOfOneElementIsNoVector) {
  const std::string text = Emit(Alone(Elementwise(32, 65, 0, 1)),
                                {Vectorize({4, 16}, VectorizeMode::kContract)});
  EXPECT_THAT(text, HasSubstr("structured.split"));
  EXPECT_EQ(CountOf(text, "structured.vectorize"), 1);
}

TEST(EmitScheduleTest, ContractionsAreFormedBeforeAnythingIsFolded) {
  EXPECT_THAT(
      Emit(Alone(Matmul(48, 64, 80)),
           {Vectorize({4, 16, 1}, VectorizeMode::kContract)}),
      ContainsInOrder(Pieces{"structured.vectorize", "vector.reduction_to_contract",
                             "vector.transfer_permutation_patterns", "}",
                             "vector.cast_away_vector_leading_one_dim",
                             "tensor.fold_tensor_subset_ops_into_vector_transfers",
                             "canonicalization", "apply_cse", "apply_licm",
                             "hoist_loop_invariant_subsets", "canonicalization",
                             "apply_cse", "transform.yield"}));
}

TEST(EmitScheduleTest, ALoopThatTheTileCoversGetsNoBand) {
  EXPECT_THAT(
      Emit(Alone(Matmul(4, 16, 80)), {Vectorize({4, 16, 1}, VectorizeMode::kContract)}),
      ContainsInOrder(
          Pieces{"tile_using_for %0 tile_sizes [0, 0, 1]", "structured.vectorize %1"}));
}

TEST(EmitScheduleTest, DecomposeComesAfterTheBands) {
  const std::string text =
      Emit(Alone(Convolution(14, 14, 32, 1)),
           {Vectorize({1, 1, 7, 16, 1, 1, 4}, VectorizeMode::kDecompose)});
  EXPECT_THAT(text,
              ContainsInOrder(Pieces{"tile_sizes [0, 1, 7, 16, 0, 0, 0]",
                                     "tile_sizes [0, 0, 0, 0, 1, 1, 4]",
                                     "structured.decompose", "structured.vectorize"}));
}

TEST(EmitScheduleTest, GeneralizeDropsUnitLoopsBeforeItVectorizes) {
  const std::string text =
      Emit(Alone(Convolution(14, 14, 32, 1)),
           {Vectorize({1, 1, 7, 16, 1, 1, 4}, VectorizeMode::kGeneralize)});
  EXPECT_THAT(text, ContainsInOrder(Pieces{"%5 = transform.structured.generalize %3",
                                           "linalg.fold_unit_extent_dims_via_slices",
                                           "structured.vectorize %5"}));
}

TEST(EmitScheduleTest, ARowLongerThanItsLoopIsOneMaskedVector) {
  const std::string text =
      Emit(Alone(ChannelsFirstConvolution(56, 56, 64)),
           {Vectorize({1, 4, 1, 64, 1, 1, 1}, VectorizeMode::kGeneralize)});
  EXPECT_THAT(text, ContainsInOrder(Pieces{"tile_sizes [0, 4, 1, 0, 0, 0, 0]",
                                           "fold_unit_extent_dims_via_slices",
                                           "vector_sizes [4, 64] : "}));
}

TEST(EmitScheduleTest, PackedChannelsAreUnpackedStraightIntoTheRowsOfTheOutput) {
  const std::string text = Emit(Alone(ChannelsFirstConvolution(56, 56, 64)),
                                {Pack({0, 32, 0, 0, 0, 0, 0}), Stop()});
  EXPECT_THAT(text, ContainsInOrder(Pieces{"tile_sizes [0, 32, 1, 8]",
                                           "vector_sizes [1, 32, 1, 8]"}));
  EXPECT_THAT(text, Not(HasSubstr("lower_unpack")));
}

TEST(EmitScheduleTest, RowsThatNoVectorDividesAreUnpackedByLoops) {
  const std::string text = Emit(Alone(ChannelsFirstConvolution(14, 14, 64)),
                                {Pack({0, 32, 0, 0, 0, 0, 0}), Stop()});
  EXPECT_THAT(text, HasSubstr("lower_unpack"));
}

TEST(EmitScheduleTest, ReductionVectorizesAllThreeParts) {
  const std::string text = Emit(Alone(Matmul(48, 64, 80)),
                                {Vectorize({2, 2, 16}, VectorizeMode::kReduction)});
  EXPECT_THAT(
      text, ContainsInOrder(
                Pieces{"tile_using_for %0 tile_sizes [2, 2, 0]",
                       "%3, %4, %5, %6 = transform.structured.tile_reduction_using_for",
                       "by tile_sizes = [0, 0, 16]", "vectorize %3", "vectorize %4",
                       "vectorize %5"}));
}

TEST(EmitScheduleTest, EachNeighbourGetsAWidthThatDividesIt) {
  ProgramInfo program;
  program.ops = {Elementwise(6, 40, 0, 3), Matmul(48, 64, 80), Elementwise(6, 64, 1, 3),
                 Elementwise(6, 3, 2, 3)};
  program.anchor_index = 1;
  const std::string text =
      Emit(program, {Vectorize({4, 16, 1}, VectorizeMode::kContract)});
  EXPECT_THAT(text, ContainsInOrder(
                        Pieces{"%2#0 tile_sizes [1, 8]", "%2#1 tile_sizes [1, 16]"}));
  EXPECT_THAT(text, Not(HasSubstr("#2 tile_sizes")));  // Too short.
}

TEST(EmitScheduleTest, StopLeavesNeighboursToLlvm) {
  ProgramInfo program;
  program.ops = {Matmul(48, 64, 80), Elementwise(48, 64, 0, 1)};
  EXPECT_EQ(CountOf(Emit(program, {Tile({16, 0, 0}), Stop()}), "vectorize"), 0);
}

}  // namespace
}  // namespace weft
