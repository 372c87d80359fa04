#include "actor/environment/cost_model/cost_model.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "actor/environment/cost_model/core_cycles.h"
#include "actor/environment/cost_model/memory_traffic.h"
#include "actor/nest/packed_op.h"

namespace weft {
namespace {

// Bandwidths behind the first cache, as shares of the one from it.
constexpr double kSecondCacheShare = 0.55;
constexpr double kThirdCacheShare = 0.2;
// Of the shorter of computing and traffic, what the longer does not hide.
constexpr double kExposedShare = 0.25;
// Cycles to copy a vector into a panel, and to transpose an element on the way.
constexpr double kCopyCycles = 4;
constexpr double kTransposeCycles = 0.7;
constexpr double kStartThreadsSeconds = 5e-6;

double CyclesPerSecond(const ProgramInfo& program, const MachineModel& machine) {
  return machine.peak_flops / (2 * kFmaPorts * LanesOf(program.anchor(), machine));
}

// From where a working set of so many bytes comes when it is walked through.
double BandwidthFor(double bytes, const MachineModel& machine) {
  if (bytes <= static_cast<double>(machine.l1_bytes)) return machine.cache_bandwidth;
  if (bytes <= static_cast<double>(machine.l2_bytes)) {
    return machine.cache_bandwidth * kSecondCacheShare;
  }
  if (bytes <= static_cast<double>(machine.l3_bytes)) {
    return machine.cache_bandwidth * kThirdCacheShare;
  }
  return machine.memory_bandwidth;
}

double TrafficSeconds(const Nest& nest, const MachineModel& machine) {
  const CacheTraffic traffic = TrafficOf(nest, machine);
  return traffic[0] / (machine.cache_bandwidth * kSecondCacheShare) +
         traffic[1] / (machine.cache_bandwidth * kThirdCacheShare) +
         traffic[2] / machine.memory_bandwidth;
}

bool MovesWith(const OperandInfo& operand, int loop) {
  return std::any_of(operand.coefficients.begin(), operand.coefficients.end(),
                     [loop](const auto& dimension) { return dimension[loop] != 0; });
}

// The nest as it was when it was packed.
Nest BeforePacking(const ProgramInfo& program, const Nest& nest) {
  Nest before(program);
  for (const Action& action : nest.history) {
    if (action.kind == ActionKind::kPack) break;
    before.Advance(action);
  }
  return before;
}

const Action& PackAction(const Nest& nest) {
  return *std::find_if(
      nest.history.begin(), nest.history.end(),
      [](const Action& action) { return action.kind == ActionKind::kPack; });
}

// How often an operand is packed: once for each parallel tile, or once where it is the
// same for all of them.
double TimesPacked(const OperandInfo& operand, const Nest& before) {
  double tiles = 1;
  bool moves = false;
  for (const OuterLoop& outer : before.outer_loops) {
    if (!outer.parallel) continue;
    tiles *= static_cast<double>(outer.trips);
    moves |= MovesWith(operand, outer.loop);
  }
  return moves ? tiles : 1;
}

double PackingSeconds(const ProgramInfo& program, const Nest& nest,
                      const MachineModel& machine) {
  if (!nest.was_packed) return 0;
  const Nest before = BeforePacking(program, nest);
  const std::vector<int64_t>& sizes = PackAction(nest).sizes;
  const double lanes = LanesOf(nest.op, machine);
  const double cycle = 1 / CyclesPerSecond(program, machine);
  double seconds = 0;
  for (size_t i = 0; i < before.op.operands.size(); ++i) {
    const OperandInfo& operand = before.op.operands[i];
    if (!IsPacked(operand, sizes)) continue;
    const OperandInfo& packed = nest.op.operands[i];
    const double elements = static_cast<double>(packed.elements);
    // The inside of the panels was the contiguous dimension, or has become it.
    const int contiguous = ContiguousLoop(operand);
    const bool straight = contiguous >= 0 && sizes[contiguous] != 0;
    const double cycles =
        elements * (straight ? kCopyCycles / lanes : kTransposeCycles);
    const double bytes = 2 * elements * operand.element_bytes;
    seconds += TimesPacked(operand, before) *
               (cycles * cycle + bytes / BandwidthFor(bytes, machine));
  }
  return seconds;
}

// An operation that is computed tile by tile finds its data in the first cache.
double NeighbourSeconds(const ProgramInfo& program, const Nest& nest,
                        const MachineModel& machine) {
  double seconds = 0;
  for (size_t i = 0; i < program.ops.size(); ++i) {
    if (static_cast<int>(i) == program.anchor_index) continue;
    const StructuredOp& op = program.ops[i];
    double bytes = 0;
    for (const OperandInfo& operand : op.operands) {
      bytes += static_cast<double>(operand.elements) * operand.element_bytes;
    }
    const bool fused = nest.was_fused && program.fusion.Contains(static_cast<int>(i));
    const double bandwidth =
        fused ? machine.cache_bandwidth : BandwidthFor(bytes, machine);
    seconds += std::max(bytes / bandwidth, op.flops / machine.peak_flops);
  }
  return seconds;
}

// How many times faster the parallel loops run than one after the other.
double SpeedupOfThreads(const Nest& nest, int threads) {
  double tiles = 1;
  for (const OuterLoop& outer : nest.outer_loops) {
    if (outer.parallel) tiles *= static_cast<double>(outer.trips);
  }
  return tiles / std::ceil(tiles / std::max(threads, 1));
}

}  // namespace

ModelTime EstimateTime(const ProgramInfo& program, const Nest& nest,
                       const MachineModel& machine, int threads) {
  const double speedup = SpeedupOfThreads(nest, threads);
  ModelTime time;
  time.core = CoreCycles(nest, machine) / CyclesPerSecond(program, machine) / speedup;
  time.traffic = TrafficSeconds(nest, machine) / speedup;
  time.packing =
      PackingSeconds(program, nest, machine) / (nest.was_parallelized ? speedup : 1);
  time.neighbours =
      NeighbourSeconds(program, nest, machine) / (nest.was_fused ? speedup : 1);
  time.threads = threads > 1 && nest.was_parallelized ? kStartThreadsSeconds : 0;
  time.total = std::max(time.core, time.traffic) +
               kExposedShare * std::min(time.core, time.traffic) + time.packing +
               time.neighbours + time.threads;
  return time;
}

ModelTime EstimateTime(const ProgramInfo& program, const Schedule& schedule,
                       const MachineModel& machine, int threads) {
  Nest nest(program);
  for (const Action& action : schedule) nest.Advance(action);
  return EstimateTime(program, nest, machine, threads);
}

MachineModel CostModelMachine() {
  MachineModel machine;
  machine.peak_flops = 96e9;
  machine.memory_bandwidth = 12e9;
  machine.cache_bandwidth = 150e9;
  machine.l3_bytes = 16 << 20;
  return machine;
}

}  // namespace weft
