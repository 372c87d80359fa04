#include "common/schedule/nest_analysis.h"

#include <algorithm>
#include <cmath>

namespace weft {
namespace {

// A loop of the whole nest. `loop` is -1 for one that no operand moves with.
struct RunningLoop {
  int loop;
  double trips;
};

std::vector<RunningLoop> RunningLoops(const NestState& state) {
  std::vector<RunningLoop> running;
  for (const OuterLoop& outer : state.outer_loops) {
    running.push_back({outer.loop, static_cast<double>(outer.trips)});
  }
  for (size_t i = 0; i < state.loops.size(); ++i) {
    running.push_back(
        {static_cast<int>(i), static_cast<double>(state.loops[i].extent)});
  }
  return running;
}

bool MovesWith(const OperandState& operand, int loop) {
  return loop >= 0 && std::any_of(operand.dimensions.begin(), operand.dimensions.end(),
                                  [loop](const std::vector<int64_t>& dimension) {
                                    return dimension[loop] != 0;
                                  });
}

double WorkingSet(const NestState& state, const std::vector<double>& extents) {
  double bytes = 0;
  for (const OperandState& operand : state.operands) {
    bytes += Footprint(operand, extents) * operand.element_bytes;
  }
  return bytes;
}

// What passes into a cache that holds the operand's share inside `depth`.
double Traffic(const OperandState& operand, const std::vector<double>& extents,
               const std::vector<RunningLoop>& running, size_t depth) {
  double times = 1;
  bool stays = true;
  for (size_t outer = depth; outer-- > 0;) {
    stays = stays && !MovesWith(operand, running[outer].loop);
    if (!stays) times *= running[outer].trips;
  }
  return Footprint(operand, extents) * operand.element_bytes * times;
}

double Product(const std::vector<double>& values) {
  double product = 1;
  for (double value : values) product *= value;
  return product;
}

}  // namespace

double Footprint(const OperandState& operand, const std::vector<double>& extents) {
  double elements = 1;
  for (const std::vector<int64_t>& dimension : operand.dimensions) {
    double span = 1;
    for (size_t i = 0; i < dimension.size(); ++i) {
      span += std::abs(static_cast<double>(dimension[i])) * (extents[i] - 1);
    }
    elements *= span;
  }
  return elements;
}

NestAnalysis AnalyzeNest(const NestState& state) {
  NestAnalysis analysis;
  const std::vector<RunningLoop> running = RunningLoops(state);
  analysis.trips.assign(state.loops.size(), 1);
  analysis.depth.assign(state.loops.size(), -1);
  double all_trips = 1;
  for (size_t i = 0; i < state.outer_loops.size(); ++i) {
    const OuterLoop& outer = state.outer_loops[i];
    all_trips *= static_cast<double>(outer.trips);
    if (outer.parallel) analysis.parallel_trips *= static_cast<double>(outer.trips);
    if (outer.loop < 0) continue;
    analysis.trips[outer.loop] *= static_cast<double>(outer.trips);
    analysis.depth[outer.loop] = static_cast<int>(i);
  }

  // From the innermost loop outward; the first depth is a single iteration.
  std::vector<double> extents(state.loops.size(), 1);
  size_t held = 0;  // Caches that are full already; each holds what the last one did.
  const MachineModel& machine = state.machine;
  const std::array<double, kNumCacheLevels> capacity = {
      static_cast<double>(machine.l1_bytes), static_cast<double>(machine.l2_bytes),
      static_cast<double>(machine.l3_bytes)};
  for (size_t depth = running.size() + 1; depth-- > 0 && held < capacity.size();) {
    if (depth < running.size() && running[depth].loop >= 0) {
      extents[running[depth].loop] *= running[depth].trips;
    }
    const double bytes = WorkingSet(state, extents);
    const bool innermost = depth == running.size();
    while (held < capacity.size() && bytes > capacity[held] && !innermost) ++held;
    for (size_t level = held; level < capacity.size(); ++level) {
      CacheLevel& cache = analysis.caches[level];
      cache.points = Product(extents);
      cache.bytes = bytes;
      cache.traffic = 0;
      for (const OperandState& operand : state.operands) {
        cache.traffic += Traffic(operand, extents, running, depth);
      }
    }
  }

  std::vector<double> tile;
  for (const LoopState& loop : state.loops) {
    tile.push_back(static_cast<double>(loop.extent));
  }
  analysis.tile_points = Product(tile);
  analysis.tile_bytes = WorkingSet(state, tile);
  analysis.tile_flops = state.flops / std::max(all_trips, 1.0);
  for (const OperandState& operand : state.operands) {
    const double elements = Footprint(operand, tile);
    analysis.operand_elements.push_back(elements);
    if (operand.output) {
      analysis.output_vectors +=
          elements * operand.element_bytes / std::max(machine.vector_bytes, 1u);
    }
  }
  return analysis;
}

}  // namespace weft
