#include "actor/worker/transforms/anchor_band.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "actor/worker/transforms/scheduled_program.h"
#include "tests/actor/worker/program_files.h"
#include "tests/actor/worker/transforms/actions.h"
#include "tests/actor/worker/transforms/in_order.h"

namespace weft {
namespace {

// A matmul whose left operand is made by another operation of the program.
constexpr char kMadeInput[] = R"mlir(
func.func @main(%a: tensor<48x80xf32>, %b: tensor<80x64xf32>,
                %o: tensor<48x64xf32> {bufferization.writable = true})
    -> tensor<48x64xf32> {
  %z = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<48x80xf32>
  %s = linalg.add ins(%a, %a : tensor<48x80xf32>, tensor<48x80xf32>)
                  outs(%e : tensor<48x80xf32>) -> tensor<48x80xf32>
  %f = linalg.fill ins(%z : f32) outs(%o : tensor<48x64xf32>) -> tensor<48x64xf32>
  %r = linalg.matmul ins(%s, %b : tensor<48x80xf32>, tensor<80x64xf32>)
                     outs(%f : tensor<48x64xf32>) -> tensor<48x64xf32>
  return %r : tensor<48x64xf32>
}
)mlir";

std::string AfterOn(const std::string& source, const Schedule& schedule) {
  CompilerContext context;
  auto program = ScheduledProgram::Load(context, "program", source, Avx2());
  EXPECT_TRUE(program.ok()) << program.status();
  for (const Action& action : schedule) {
    const auto observation = (*program)->Apply(action);
    EXPECT_TRUE(observation.ok()) << observation.status();
  }
  return (*program)->TransformedText();
}

std::string After(const std::string& name, const Schedule& schedule) {
  return AfterOn(ReadProgram(name), schedule);
}

// How often the program writes constants to memory.
int Fills(const std::string& text) {
  return CountOf(text, "linalg.fill") + CountOf(text, "vector.transfer_write %cst");
}

TEST(AnchorBandTest, ARegisterTileStartsFromAConstant) {
  const std::string text =
      After("matmul", {Vectorize({4, 16, 1}, VectorizeMode::kContract)});
  EXPECT_EQ(Fills(text), 0) << text;
  EXPECT_THAT(text, ContainsInOrder(Pieces{"dense<0.000000e+00> : vector<4x16xf32>",
                                           "scf.for", "scf.for", "iter_args(%",
                                           " = %cst", "vector.contract"}));
}

TEST(AnchorBandTest, InWhateverOrderTheBandIs) {
  EXPECT_EQ(Fills(After("matmul", {Interchange({1, 0, 2}), Vectorize({4, 16, 1})})), 0);
}

TEST(AnchorBandTest, InEveryModeThatKeepsTheTile) {
  EXPECT_EQ(Fills(After("conv_2d_nhwc", {Vectorize({1, 1, 7, 16, 1, 1, 4},
                                                   VectorizeMode::kDecompose)})),
            0);
  EXPECT_EQ(Fills(After("max_pool_nhwc",
                        {Vectorize({1, 1, 4, 16, 1, 1}, VectorizeMode::kGeneralize)})),
            0);
}

TEST(AnchorBandTest, AMaskedRowStartsFromAConstant) {
  const std::string text =
      After("conv_2d_nchw_rows_of_14",
            {Vectorize({1, 4, 1, 16, 1, 1, 1}, VectorizeMode::kGeneralize)});
  EXPECT_EQ(Fills(text), 0) << text;
  EXPECT_THAT(text, testing::HasSubstr("vector.constant_mask [4, 14]"));
}

TEST(AnchorBandTest, BandsOverParallelLoopsPassItOn) {
  EXPECT_EQ(Fills(After("matmul",
                        {Tile({16, 32, 0}), Tile({8, 0, 0}), Vectorize({4, 16, 1})})),
            0);
}

TEST(AnchorBandTest, PanelsStartFromConstants) {
  EXPECT_EQ(Fills(After("matmul", {Pack({4, 16, 0}), Vectorize({1, 1, 1, 4, 16})})), 0);
  // The weights of a window become panels by plain loops.
  EXPECT_EQ(Fills(After("conv_2d_nchw", {Pack({0, 16, 0, 0, 0, 0, 0}),
                                         Vectorize({1, 1, 1, 2, 1, 1, 1, 16},
                                                   VectorizeMode::kGeneralize)})),
            0);
}

TEST(AnchorBandTest, ItComesIntoAParallelLoopByFuseAlone) {
  EXPECT_EQ(
      Fills(After("matmul", {Parallelize({16, 0, 0}), Fuse(), Vectorize({4, 16, 1})})),
      0);
  EXPECT_EQ(Fills(After("matmul", {Parallelize({16, 0, 0}), Vectorize({4, 16, 1})})),
            1);
}

TEST(AnchorBandTest, AReductionOutsideOfTheTileNeedsWhatTheOutputHolds) {
  const std::string text = After("matmul", {Tile({0, 0, 16}), Vectorize({4, 16, 1})});
  EXPECT_EQ(Fills(text), 1);
  EXPECT_THAT(
      text, ContainsInOrder(Pieces{"vector.transfer_write %cst", "vector.transfer_read",
                                   "vector<4x16xf32>", "vector.contract"}));
}

TEST(AnchorBandTest, WhatMakesAnInputIsNotComputedForEveryTile) {
  const std::string text = AfterOn(kMadeInput, {Vectorize({4, 16, 1})});
  // Once, before the loops of the matmul, and the fill stays outside with it.
  EXPECT_EQ(CountOf(text, "arith.addf"), 1);
  EXPECT_EQ(Fills(text), 1);
  EXPECT_THAT(text, ContainsInOrder(Pieces{"arith.addf", "vector.contract"}));
  const std::string tiled = AfterOn(kMadeInput, {Tile({16, 0, 0})});
  EXPECT_THAT(tiled, ContainsInOrder(Pieces{"linalg.add", "scf.for", "linalg.matmul"}));
}

// The output of the matmul that is 48x64 and packed, where it is a buffer of its own.
int PackedOutputs(const std::string& text) {
  return CountOf(text, "tensor<12x4x4x16xf32>");
}

TEST(AnchorBandTest, APanelGoesFromRegistersToItsPlaceInTheOutput) {
  const Action panel = Vectorize({1, 1, 1, 4, 16});
  const std::string text = After("matmul", {Pack({4, 16, 0}), panel});
  EXPECT_EQ(PackedOutputs(text), 0) << text;
  EXPECT_THAT(text, ContainsInOrder(Pieces{"vector.contract", "vector.transfer_write",
                                           "tensor<48x64xf32>", "return"}));
  // Also inside of a band of panels, and with the columns outside of the rows.
  EXPECT_EQ(
      PackedOutputs(After("matmul", {Pack({4, 16, 0}), Tile({4, 2, 0, 0, 0}), panel})),
      0);
  const std::string swapped =
      After("matmul", {Pack({4, 16, 0}), Interchange({1, 0, 2, 3, 4}), panel});
  EXPECT_EQ(PackedOutputs(swapped), 0);
  EXPECT_THAT(swapped, ContainsInOrder(Pieces{"to %c64 step %c16", "to %c48 step %c4",
                                              "vector.contract"}));
}

TEST(AnchorBandTest, ThePanelsOfAReductionInPartsAreKeptUntilItsEnd) {
  const std::string text = After("matmul", {Pack({4, 16, 0}), Tile({0, 0, 16, 0, 0}),
                                            Vectorize({1, 1, 1, 4, 16})});
  EXPECT_GT(PackedOutputs(text), 0);
}

TEST(AnchorBandTest, APaddedPanelIsUnpackedAfterwards) {
  // 48 rows in panels of 7: the last one is padded.
  const std::string text =
      After("matmul", {Pack({7, 16, 0}), Vectorize({1, 1, 1, 7, 16})});
  EXPECT_GT(CountOf(text, "tensor<7x4x7x16xf32>"), 0) << text;
}

TEST(AnchorBandTest, WhatEveryTileReadsIsPackedOnceByAllThreads) {
  const std::string text = After("matmul", {Parallelize({16, 0, 0}), Pack({4, 16, 0})});
  // The panels of B; then, in the loop over tiles, those of A and of the output.
  EXPECT_EQ(CountOf(text, "scf.forall "), 2) << text;
  EXPECT_THAT(text, ContainsInOrder(Pieces{"scf.forall ", "x80x16xf32>", "scf.forall ",
                                           "linalg.generic"}));
}

TEST(AnchorBandTest, AnEpilogueIsAppliedToRegisters) {
  const std::string text = After(
      "matmul_bias_relu",
      {Parallelize({0, 32, 0}), Fuse(), Pack({4, 16, 0}), Vectorize({1, 1, 1, 4, 16})});
  EXPECT_THAT(text,
              ContainsInOrder(Pieces{"vector.contract", "scf.yield", "arith.addf",
                                     "vector<4x16xf32>", "arith.maximumf",
                                     "vector<4x16xf32>", "vector.transfer_write"}));
  // Once, at its place; the two others are the panels of the inputs.
  EXPECT_EQ(CountOf(text, "vector.transfer_write"), 3) << text;
}

TEST(AnchorBandTest, AnEpilogueThatWasNotFusedStaysBehind) {
  const std::string text = After("matmul_bias_relu", {Vectorize({4, 16, 1})});
  EXPECT_EQ(Fills(text), 0);
  EXPECT_THAT(text, ContainsInOrder(Pieces{"vector.contract", "vector.transfer_write",
                                           "scf.for", "arith.maximumf"}));
}

TEST(AnchorBandTest, PartialResultsStartFromZerosOfTheirOwn) {
  const std::string text = After(
      "matmul", {Tile({16, 0, 0}), Vectorize({4, 2, 8}, VectorizeMode::kReduction)});
  EXPECT_THAT(text, testing::Not(testing::HasSubstr("linalg.")));
}

}  // namespace
}  // namespace weft
