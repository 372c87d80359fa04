// What a loop nest makes the caches and registers hold, worked out from its
// shape.
#ifndef WEFT_COMMON_SCHEDULE_NEST_ANALYSIS_H_
#define WEFT_COMMON_SCHEDULE_NEST_ANALYSIS_H_

#include <array>
#include <vector>

#include "common/schedule/features.h"

namespace weft {

inline constexpr int kNumCacheLevels = 3;

// Elements of the operand that iterations of these extents touch.
double Footprint(const OperandState& operand, const std::vector<double>& extents);

// The part of the nest that a cache can hold: everything inside some depth of
// the loops around the tile and of the tile's own.
struct CacheLevel {
  double points = 1;  // Iterations inside that depth.
  double bytes = 0;   // Their working set; beyond the cache when nothing fits.
  // Bytes that pass into the cache over the whole nest, when it keeps that
  // working set and nothing else. An operand that the next loops outside do not
  // move stays.
  double traffic = 0;
};

// All loops in the order in which they run: those around the tile, then the
// tile's own in the anchor's order. Counts are floating-point, so that no
// program overflows them.
struct NestAnalysis {
  double tile_points = 1;     // Iterations of the tile.
  double tile_bytes = 0;      // Working set of the tile.
  double tile_flops = 0;      // Arithmetic of one tile: its share of the program's.
  double parallel_trips = 1;  // Tiles that may run at once.
  double output_vectors = 0;  // SIMD registers that the tile's output would fill.
  std::vector<double> trips;  // Per loop of the anchor: tiles around the current one.
  std::vector<int> depth;     // Per loop: of the innermost loop around; -1: none.
  std::vector<double> operand_elements;            // Per operand: touched by the tile.
  std::array<CacheLevel, kNumCacheLevels> caches;  // L1, L2, L3.
};

NestAnalysis AnalyzeNest(const NestState& state);

}  // namespace weft

#endif  // WEFT_COMMON_SCHEDULE_NEST_ANALYSIS_H_
