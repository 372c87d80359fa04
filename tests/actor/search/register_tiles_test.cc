// Which register tiles rank first on the masks of real operations.
#include "actor/search/register_tiles.h"

#include <gtest/gtest.h>

#include "actor/nest/legal_actions.h"
#include "tests/actor/worker/program_files.h"
#include "tests/actor/worker/transforms/structured_ops.h"

namespace weft {
namespace {

constexpr int64_t kLanes = 16;

std::vector<RegisterTile> Rank(const Nest& nest, VectorizeMode mode) {
  const ActionMask mask = LegalActions(nest, Avx512());
  EXPECT_TRUE(mask.Allows(mode));
  return RankRegisterTiles(mask.sizes[SizeSlot(ActionKind::kVectorize, mode)], kLanes,
                           16);
}

TEST(RegisterTilesTest, ManyRowsOfTwoVectorsAreBestForAMatmul) {
  const std::vector<RegisterTile> tiles =
      Rank(Nest(Matmul(512, 512, 512), 3), VectorizeMode::kContract);
  ASSERT_FALSE(tiles.empty());
  EXPECT_EQ(tiles[0].sizes, (std::vector<int64_t>{8, 32, 1}));
}

TEST(RegisterTilesTest, AConvolutionTakesAsManyPixelsAsThereAreRegisters) {
  const std::vector<RegisterTile> tiles = Rank(
      Nest(ChannelsFirstConvolution(56, 56, 64), 0b1111), VectorizeMode::kDecompose);
  ASSERT_FALSE(tiles.empty());
  EXPECT_EQ(tiles[0].sizes, (std::vector<int64_t>{1, 32, 1, 14, 1, 1, 1}));
}

TEST(RegisterTilesTest, RowsThatShareAVectorAreBetterThanRowsThatLoadTheirOwn) {
  const ActionMask mask =
      LegalActions(Nest(ChannelsFirstConvolution(56, 56, 64), 0b1111), Avx512());
  const SizeMask& sizes =
      mask.sizes[SizeSlot(ActionKind::kVectorize, VectorizeMode::kGeneralize)];
  EXPECT_EQ(VectorLoopOf(sizes), 3);
  EXPECT_EQ(RankRegisterTiles(sizes, kLanes, 1, /*channel_loop=*/1)[0].sizes,
            (std::vector<int64_t>{1, 4, 1, 64, 1, 1, 1}));
}

TEST(RegisterTilesTest, WithoutAReductionAllTilesOfWholeVectorsAreEqual) {
  const std::vector<RegisterTile> tiles =
      Rank(Nest(Elementwise(1024, 1024, 0, 1), 0b11), VectorizeMode::kContract);
  ASSERT_GE(tiles.size(), 2u);
  for (const RegisterTile& tile : tiles) {
    EXPECT_EQ(tile.score == tiles[0].score, tile.sizes[1] >= kLanes);
  }
}

}  // namespace
}  // namespace weft
