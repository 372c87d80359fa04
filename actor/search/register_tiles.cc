#include "actor/search/register_tiles.h"

#include <algorithm>
#include <cmath>

namespace weft {
namespace {

// Beyond this many tiles the rest is not looked at: masks of real operations have a few
// hundred.
constexpr size_t kMaxEnumerated = 4096;
// Accumulators that keep two multiply-add pipes of 4 cycles latency busy.
constexpr double kLatencyAccumulators = 8;
// What loading a vector costs, in loads of one element to broadcast: vectors come from
// panels that stream through the cache, elements mostly from a line that was just read.
constexpr double kVectorLoad = 4;

void Enumerate(const SizeMask& mask, std::vector<int64_t>* chosen,
               std::vector<RegisterTile>* tiles) {
  if (tiles->size() >= kMaxEnumerated) return;
  if (chosen->size() == mask.allowed.size()) {
    tiles->push_back({*chosen, 0});
    return;
  }
  const SizeSet legal = LegalSizes(mask, *chosen);
  // Large sizes first: the bound on the enumeration then cuts off poor tiles.
  for (int j = kNumSizes - 1; j >= 0; --j) {
    if (!(legal >> j & 1)) continue;
    chosen->push_back(kSizeTable[j]);
    Enumerate(mask, chosen, tiles);
    chosen->pop_back();
  }
}

// Bit i: loop i counts toward the accumulators, which are the loops in every bound.
uint32_t AccumulatorLoops(const SizeMask& mask) {
  uint32_t loops = ~uint32_t{0};
  for (const ProductBound& bound : mask.bounds) loops &= bound.loops;
  return loops;
}

double Score(const std::vector<int64_t>& sizes, uint32_t accumulator_loops,
             int vector_loop, int64_t lanes, int channel_loop) {
  const bool own_vectors = channel_loop >= 0 && channel_loop != vector_loop;
  double vectors = 1, rows = 1, steps = 1, loaded_rows = 1;
  bool reduces = false;
  for (size_t i = 0; i < sizes.size(); ++i) {
    const auto size = static_cast<double>(std::max<int64_t>(sizes[i], 1));
    // Only packing leaves a loop whole, and only contractions are packed.
    if (sizes[i] == 0) reduces = true;
    if (static_cast<int>(i) == vector_loop) {
      vectors = size / static_cast<double>(lanes);
    } else if (accumulator_loops >> i & 1) {
      rows *= size;
      if (own_vectors && static_cast<int>(i) != channel_loop) loaded_rows *= size;
    } else {
      steps *= size;
      reduces = true;
    }
  }
  // Half a vector takes as long as a whole one.
  const double filled = std::min(1.0, vectors);
  // Nothing is used twice and no sum has to wait: any tile of whole vectors will do.
  if (!reduces) return filled;
  vectors = std::max(1.0, vectors);
  const double accumulators = vectors * rows;
  const double busy = std::min(1.0, accumulators / kLatencyAccumulators);
  const double reuse =
      accumulators / (kVectorLoad * vectors * loaded_rows + rows / loaded_rows);
  return filled * busy * (1 + reuse) / (1 + 0.05 * std::log2(steps));
}

}  // namespace

int VectorLoopOf(const SizeMask& mask) {
  int found = -1;
  int64_t longest = 2;
  for (size_t i = 0; i < mask.allowed.size(); ++i) {
    if (mask.allowed[i] == 0) continue;
    const int64_t smallest = kSizeTable[__builtin_ctz(mask.allowed[i])];
    if (smallest > longest) {
      longest = smallest;
      found = static_cast<int>(i);
    }
  }
  return found;
}

std::vector<RegisterTile> RankRegisterTiles(const SizeMask& mask, int64_t lanes,
                                            size_t limit, int channel_loop) {
  std::vector<RegisterTile> tiles;
  std::vector<int64_t> chosen;
  Enumerate(mask, &chosen, &tiles);
  const uint32_t accumulators = AccumulatorLoops(mask);
  const int vector_loop = VectorLoopOf(mask);
  for (RegisterTile& tile : tiles) {
    tile.score = Score(tile.sizes, accumulators, vector_loop, lanes, channel_loop);
  }
  std::sort(tiles.begin(), tiles.end(),
            [](const RegisterTile& a, const RegisterTile& b) {
              return a.score != b.score ? a.score > b.score : a.sizes < b.sizes;
            });
  if (tiles.size() > limit) tiles.resize(limit);
  return tiles;
}

}  // namespace weft
