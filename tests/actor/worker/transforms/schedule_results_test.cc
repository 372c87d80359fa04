// Schedules of every route through bands, panels and fills compute what the program
// does. Random schedules reach some of these rarely.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "actor/worker/lowering/kernel.h"
#include "actor/worker/transforms/scheduled_program.h"
#include "tests/actor/worker/program_files.h"
#include "tests/actor/worker/transforms/actions.h"
#include "tests/actor/worker/transforms/kernel_arguments.h"

namespace weft {
namespace {

constexpr auto kContract = VectorizeMode::kContract;
constexpr auto kGeneralize = VectorizeMode::kGeneralize;

void ExpectSameResults(const std::string& source, const Schedule& schedule) {
  SCOPED_TRACE(ToString(schedule));
  CompilerContext context;
  auto program = ScheduledProgram::Load(context, "program", source, Avx2());
  ASSERT_TRUE(program.ok()) << program.status();
  for (const Action& action : schedule) {
    const auto observation = (*program)->Apply(action);
    ASSERT_TRUE(observation.ok()) << observation.status();
  }
  auto plain = CompileKernel(context, (*program)->OriginalModule());
  ASSERT_TRUE(plain.ok()) << plain.status();
  auto scheduled = CompileKernel(context, (*program)->TransformedModule());
  ASSERT_TRUE(scheduled.ok()) << scheduled.status();
  KernelArguments arguments(**plain);
  const std::vector<double> expected = arguments.Run(**plain);
  const std::vector<double> actual = arguments.Run(**scheduled);
  ASSERT_EQ(actual.size(), expected.size());
  for (size_t i = 0; i < expected.size(); ++i) {
    ASSERT_NEAR(actual[i], expected[i], 1e-4) << "element " << i;
  }
}

TEST(ScheduleResultsTest, PanelsOfAMatmul) {
  const std::string matmul = ReadProgram("matmul");
  const Action panel = Vectorize({1, 1, 1, 4, 16}, kContract);
  ExpectSameResults(matmul, {Pack({4, 16, 0}), panel});
  ExpectSameResults(matmul, {Pack({4, 16, 0}), Interchange({1, 0, 2, 3, 4}), panel});
  ExpectSameResults(matmul, {Pack({4, 16, 0}), Tile({4, 2, 0, 0, 0}), panel});
  ExpectSameResults(matmul, {Pack({4, 16, 0}), Interchange({1, 0, 2, 3, 4}),
                             Tile({2, 2, 0, 0, 0}), Tile({0, 0, 16, 0, 0}), panel});
  ExpectSameResults(matmul, {Pack({7, 16, 0}), Vectorize({1, 1, 1, 7, 16}, kContract)});
  ExpectSameResults(matmul,
                    {Parallelize({16, 32, 0}), Fuse(), Pack({4, 16, 0}), panel});
  ExpectSameResults(matmul, {Pack({0, 16, 0}), Vectorize({4, 1, 2, 16}, kContract)});
}

TEST(ScheduleResultsTest, PanelsOfChannelsFirst) {
  const std::string image = ReadProgram("conv_2d_nchw");
  const Action points = Vectorize({1, 1, 1, 4, 1, 1, 1, 16}, kGeneralize);
  ExpectSameResults(image, {Pack({0, 16, 0, 0, 0, 0, 0}), points});
  ExpectSameResults(image, {Pack({0, 16, 0, 0, 0, 0, 0}),
                            Interchange({0, 2, 3, 1, 4, 5, 6, 7}), points});
  ExpectSameResults(
      image, {Pack({0, 16, 0, 0, 0, 0, 0}), Tile({0, 0, 2, 8, 0, 0, 0, 0}), points});
  // Too few points of a row, and points of two rows.
  ExpectSameResults(image, {Pack({0, 16, 0, 0, 0, 0, 0}),
                            Vectorize({1, 1, 2, 2, 1, 1, 1, 16}, kGeneralize)});
  ExpectSameResults(image, {Pack({0, 8, 0, 0, 0, 0, 0}),
                            Vectorize({1, 1, 2, 4, 1, 1, 1, 8}, kGeneralize)});
  ExpectSameResults(
      ReadProgram("conv_2d_nchw_f64"),
      {Pack({0, 8, 0, 0, 0, 0, 0}), Vectorize({1, 1, 1, 4, 1, 1, 1, 8}, kGeneralize)});
}

TEST(ScheduleResultsTest, EpiloguesOfTiles) {
  const std::string chain = ReadProgram("matmul_bias_relu");
  const Action halves = Parallelize({0, 32, 0});
  ExpectSameResults(chain, {halves, Fuse(), Vectorize({4, 16, 2}, kContract)});
  ExpectSameResults(chain, {halves, Fuse(), Interchange({1, 0, 2}),
                            Vectorize({4, 16, 1}, kContract)});
  ExpectSameResults(chain, {halves, Fuse(), Tile({8, 0, 0}), Tile({0, 0, 16}),
                            Vectorize({4, 16, 1}, kContract)});
  ExpectSameResults(chain, {halves, Fuse(), Pack({4, 16, 0}),
                            Vectorize({1, 1, 1, 4, 16}, kContract)});
  ExpectSameResults(
      chain, {halves, Fuse(), Pack({4, 16, 0}), Tile({4, 0, 0, 0, 0}),
              Interchange({1, 0, 2, 3, 4}), Vectorize({1, 1, 1, 4, 16}, kContract)});
  ExpectSameResults(chain, {halves, Fuse(), Pack({7, 16, 0}),
                            Vectorize({1, 1, 1, 7, 16}, kContract)});
  ExpectSameResults(chain, {halves, Fuse(), Stop()});
  ExpectSameResults(chain, {halves, Fuse(), Tile({8, 0, 0}), Stop()});
}

// A convolution with a bias of its channels, and what is positive of the sum.
std::string ConvolutionWithEpilogue(const std::string& op, const std::string& image,
                                    const std::string& filter, const std::string& out,
                                    const std::string& channels) {
  return "#all = affine_map<(n, a, b, c) -> (n, a, b, c)>\n"
         "#channel = affine_map<(n, a, b, c) -> (" +
         channels + ")>\nfunc.func @main(%x: tensor<" + image +
         "> {bufferization.writable = false}, %w: tensor<" + filter +
         "> {bufferization.writable = false}, %bias: tensor<16xf32> "
         "{bufferization.writable = false}, %o: tensor<" +
         out + "> {bufferization.writable = true}) -> tensor<" + out +
         "> {\n  %z = arith.constant 0.0 : f32\n  %e = tensor.empty() : tensor<" + out +
         ">\n  %f = linalg.fill ins(%z : f32) outs(%e : tensor<" + out +
         ">) -> tensor<" + out + ">\n  %c = linalg." + op +
         " {dilations = dense<1> : tensor<2xi64>, strides = dense<1> : tensor<2xi64>} "
         "ins(%x, %w : tensor<" +
         image + ">, tensor<" + filter + ">) outs(%f : tensor<" + out +
         ">) -> tensor<" + out +
         ">\n  %r = linalg.generic {indexing_maps = [#all, #channel, #all], "
         "iterator_types = [\"parallel\", \"parallel\", \"parallel\", \"parallel\"]} "
         "ins(%c, %bias : tensor<" +
         out + ">, tensor<16xf32>) outs(%o : tensor<" + out +
         ">) {\n  ^bb0(%p: f32, %q: f32, %old: f32):\n    %s = arith.addf %p, %q : "
         "f32\n"
         "    %m = arith.maximumf %s, %z : f32\n    linalg.yield %m : f32\n  } -> "
         "tensor<" +
         out + ">\n  return %r : tensor<" + out + ">\n}\n";
}

TEST(ScheduleResultsTest, EpiloguesOfConvolutions) {
  const std::string first = ConvolutionWithEpilogue(
      "conv_2d_nchw_fchw", "1x8x16x16xf32", "16x8x3x3xf32", "1x16x14x14xf32", "a");
  const Action rows = Parallelize({0, 0, 2, 0, 0, 0, 0});
  ExpectSameResults(first,
                    {rows, Fuse(), Vectorize({1, 4, 1, 16, 1, 1, 1}, kGeneralize)});
  ExpectSameResults(first, {rows, Fuse(), Pack({0, 8, 0, 0, 0, 0, 0}), Stop()});
  const std::string square = ConvolutionWithEpilogue(
      "conv_2d_nchw_fchw", "1x8x18x18xf32", "16x8x3x3xf32", "1x16x16x16xf32", "a");
  ExpectSameResults(square, {rows, Fuse(), Pack({0, 8, 0, 0, 0, 0, 0}),
                             Vectorize({1, 1, 1, 4, 1, 1, 1, 8}, kGeneralize)});
  const std::string last = ConvolutionWithEpilogue(
      "conv_2d_nhwc_hwcf", "1x16x16x8xf32", "3x3x8x16xf32", "1x14x14x16xf32", "c");
  ExpectSameResults(last,
                    {Parallelize({0, 2, 0, 0, 0, 0, 0}), Fuse(),
                     Vectorize({1, 1, 7, 8, 1, 1, 1}, VectorizeMode::kDecompose)});
}

TEST(ScheduleResultsTest, MaskedRowsStartFromTheFill) {
  ExpectSameResults(ReadProgram("conv_2d_nchw_rows_of_14"),
                    {Interchange({0, 2, 1, 3, 4, 5, 6}),
                     Vectorize({1, 4, 1, 16, 1, 1, 1}, kGeneralize)});
  ExpectSameResults(ReadProgram("max_pool_nchw_rows_of_14"),
                    {Vectorize({1, 2, 1, 16, 1, 1}, kGeneralize)});
}

// The fill covers more than the tiles: what lies between them must be filled all the
// same.
TEST(ScheduleResultsTest, OutputsThatTilesDoNotCover) {
  const auto program = [](const std::string& type, const std::string& map) {
    return "#in = affine_map<(d0) -> (d0)>\n#out = affine_map<(d0) -> (" + map +
           ")>\nfunc.func @main(%a: tensor<16xf32> {bufferization.writable = false}, "
           "%o: tensor<" +
           type + "> {bufferization.writable = true}) -> tensor<" + type +
           "> {\n  %z = arith.constant 0.0 : f32\n  %f = linalg.fill ins(%z : f32) "
           "outs(%o : tensor<" +
           type + ">) -> tensor<" + type +
           ">\n  %r = linalg.generic {indexing_maps = [#in, #out], iterator_types = "
           "[\"parallel\"]} ins(%a : tensor<16xf32>) outs(%f : tensor<" +
           type +
           ">) {\n  ^bb0(%x: f32, %y: f32):\n    %s = arith.addf %x, %x : f32\n    "
           "linalg.yield %s : f32\n  } -> tensor<" +
           type + ">\n  return %r : tensor<" + type + ">\n}\n";
  };
  ExpectSameResults(program("16x16xf32", "d0, d0"), {Tile({8}), Stop()});
  ExpectSameResults(program("31xf32", "2 * d0"), {Tile({8}), Stop()});
  ExpectSameResults(program("18xf32", "d0 + 1"), {Stop()});  // Not to be tiled.
}

// C transposed: the output's dimensions are not in the order of the loops.
constexpr char kTransposedOutput[] = R"mlir(
#a = affine_map<(i, j, k) -> (i, k)>
#b = affine_map<(i, j, k) -> (k, j)>
#c = affine_map<(i, j, k) -> (j, i)>
func.func @main(%a: tensor<64x80xf32> {bufferization.writable = false},
                %b: tensor<80x48xf32> {bufferization.writable = false},
                %o: tensor<48x64xf32> {bufferization.writable = true})
    -> tensor<48x64xf32> {
  %z = arith.constant 0.0 : f32
  %f = linalg.fill ins(%z : f32) outs(%o : tensor<48x64xf32>) -> tensor<48x64xf32>
  %r = linalg.generic {indexing_maps = [#a, #b, #c],
                       iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%a, %b : tensor<64x80xf32>, tensor<80x48xf32>)
      outs(%f : tensor<48x64xf32>) {
  ^bb0(%x: f32, %y: f32, %s: f32):
    %p = arith.mulf %x, %y : f32
    %q = arith.addf %s, %p : f32
    linalg.yield %q : f32
  } -> tensor<48x64xf32>
  return %r : tensor<48x64xf32>
}
)mlir";

TEST(ScheduleResultsTest, ATransposedOutput) {
  const Action panel = Vectorize({1, 4, 1, 16}, kContract);
  ExpectSameResults(kTransposedOutput, {Pack({16, 0, 0}), panel});
  ExpectSameResults(kTransposedOutput,
                    {Pack({16, 0, 0}), Interchange({1, 0, 2, 3}), panel});
  ExpectSameResults(kTransposedOutput, {Pack({16, 0, 0}), Tile({2, 8, 0, 0}), panel});
}

// Two products start from one fill, and a factor is a scalar.
constexpr char kSharedFill[] = R"mlir(
func.func @main(%a: tensor<16x32xf32> {bufferization.writable = false},
                %b: tensor<32x64xf32> {bufferization.writable = false},
                %c: tensor<32x64xf32> {bufferization.writable = false},
                %o: tensor<16x64xf32> {bufferization.writable = true})
    -> tensor<16x64xf32> {
  %z = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<16x64xf32>
  %f = linalg.fill ins(%z : f32) outs(%e : tensor<16x64xf32>) -> tensor<16x64xf32>
  %p = linalg.matmul ins(%a, %b : tensor<16x32xf32>, tensor<32x64xf32>)
                     outs(%f : tensor<16x64xf32>) -> tensor<16x64xf32>
  %q = linalg.matmul ins(%a, %c : tensor<16x32xf32>, tensor<32x64xf32>)
                     outs(%f : tensor<16x64xf32>) -> tensor<16x64xf32>
  %r = linalg.add ins(%p, %q : tensor<16x64xf32>, tensor<16x64xf32>)
                  outs(%o : tensor<16x64xf32>) -> tensor<16x64xf32>
  return %r : tensor<16x64xf32>
}
)mlir";

TEST(ScheduleResultsTest, AFillThatSomethingElseReads) {
  ExpectSameResults(kSharedFill, {Vectorize({4, 16, 1}, kContract)});
  ExpectSameResults(kSharedFill, {Tile({8, 0, 0}), Vectorize({4, 16, 1}, kContract)});
}

// Vectors of indices are transposed, too.
constexpr char kIndices[] = R"mlir(
#map = affine_map<(i, j, k) -> (i, j, k)>
func.func @main(%a: tensor<4x8x16xf32> {bufferization.writable = false},
                %o: tensor<4x8x16xf32> {bufferization.writable = true})
    -> tensor<4x8x16xf32> {
  %r = linalg.generic {indexing_maps = [#map, #map],
                       iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%a : tensor<4x8x16xf32>) outs(%o : tensor<4x8x16xf32>) {
  ^bb0(%x: f32, %y: f32):
    %i = linalg.index 0 : index
    %n = arith.index_cast %i : index to i32
    %f = arith.sitofp %n : i32 to f32
    %s = arith.addf %x, %f : f32
    linalg.yield %s : f32
  } -> tensor<4x8x16xf32>
  return %r : tensor<4x8x16xf32>
}
)mlir";

TEST(ScheduleResultsTest, IndicesAsVectors) {
  ExpectSameResults(kIndices, {Vectorize({2, 4, 8}, kContract)});
}

// Rows weighted by the numbers of their columns, by themselves and behind a product:
// partial results would count the columns of each vector from 0.
std::string WeightedRows(bool of_a_product) {
  const std::string rows = R"mlir(
  %w = linalg.generic {indexing_maps = [#in, #out],
                       iterator_types = ["parallel", "reduction"]}
      ins(%p : tensor<16x64xf32>) outs(%g : tensor<16xf32>) {
  ^bb0(%x: f32, %s: f32):
    %i = linalg.index 1 : index
    %n = arith.index_cast %i : index to i32
    %f = arith.sitofp %n : i32 to f32
    %q = arith.mulf %x, %f : f32
    %r = arith.addf %s, %q : f32
    linalg.yield %r : f32
  } -> tensor<16xf32>
  return %w : tensor<16xf32>
}
)mlir";
  const std::string product = R"mlir(
  %e = tensor.empty() : tensor<16x64xf32>
  %d = linalg.fill ins(%z : f32) outs(%e : tensor<16x64xf32>) -> tensor<16x64xf32>
  %p = linalg.matmul ins(%a, %b : tensor<16x32xf32>, tensor<32x64xf32>)
                     outs(%d : tensor<16x64xf32>) -> tensor<16x64xf32>
)mlir";
  const std::string inputs =
      of_a_product ? "%a: tensor<16x32xf32> {bufferization.writable = false}, "
                     "%b: tensor<32x64xf32> {bufferization.writable = false}"
                   : "%p: tensor<16x64xf32> {bufferization.writable = false}";
  return "#in = affine_map<(i, j) -> (i, j)>\n#out = affine_map<(i, j) -> (i)>\n"
         "func.func @main(" +
         inputs +
         ", %o: tensor<16xf32> {bufferization.writable = true}) -> tensor<16xf32> {\n"
         "  %z = arith.constant 0.0 : f32\n" +
         (of_a_product ? product : "") +
         "  %g = linalg.fill ins(%z : f32) outs(%o : tensor<16xf32>) -> "
         "tensor<16xf32>\n" +
         rows;
}

TEST(ScheduleResultsTest, ReductionsThatReadIndices) {
  CompilerContext context;
  auto alone = ScheduledProgram::Load(context, "rows", WeightedRows(false), Avx2());
  ASSERT_TRUE(alone.ok()) << alone.status();
  const Observation start = (*alone)->Reset();
  EXPECT_FALSE(start.mask.Allows(VectorizeMode::kReduction));
  ExpectSameResults(WeightedRows(false), {Tile({4, 0}), Stop()});
  ExpectSameResults(WeightedRows(true), {Vectorize({4, 16, 1}, kContract)});
  ExpectSameResults(WeightedRows(true), {Tile({8, 0, 0}), Stop()});
}

// Panels are padded with +0, which a fill of another value is not.
TEST(ScheduleResultsTest, PaddedPanelsBesideAFillOfOne) {
  const std::string matmul = R"mlir(
func.func @main(%a: tensor<50x24xf32> {bufferization.writable = false},
                %b: tensor<24x60xf32> {bufferization.writable = false},
                %o: tensor<50x60xf32> {bufferization.writable = true})
    -> tensor<50x60xf32> {
  %one = arith.constant 1.0 : f32
  %f = linalg.fill ins(%one : f32) outs(%o : tensor<50x60xf32>) -> tensor<50x60xf32>
  %r = linalg.matmul ins(%a, %b : tensor<50x24xf32>, tensor<24x60xf32>)
                     outs(%f : tensor<50x60xf32>) -> tensor<50x60xf32>
  return %r : tensor<50x60xf32>
}
)mlir";
  const Action panel = Vectorize({1, 1, 1, 4, 16}, kContract);
  ExpectSameResults(matmul, {Pack({4, 16, 0}), Stop()});
  ExpectSameResults(matmul, {Pack({4, 16, 0}), panel});
  ExpectSameResults(matmul, {Pack({4, 16, 0}), Tile({0, 0, 8, 0, 0}), panel});
}

}  // namespace
}  // namespace weft
