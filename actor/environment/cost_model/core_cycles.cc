#include "actor/environment/cost_model/core_cycles.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "actor/nest/legal_actions.h"

namespace weft {
namespace {

// Of the loop around a register tile, of setting up its results, and of a tile without.
constexpr double kLoopCycles = 0.3;
constexpr double kResultCycles = 3;
constexpr double kPlainTileCycles = 1;
// Bringing an element into its lane: a shuffle's share, or a load of its own.
constexpr double kGatherCycles = 0.8;
// Instructions that the core looks ahead. Results whose sums are short overlap.
constexpr double kWindow = 200;
// An element of a sum whose order must be kept: waiting for the one before it, and at
// best.
constexpr double kOrderedLatency = 5;
constexpr double kOrderedThroughput = 0.5;
// Adding up the lanes of a partial result, for each.
constexpr double kHorizontalCycles = 2.2;
// Instructions of a loop body that the decoded-instruction cache holds.
constexpr double kCachedInstructions = 1500;
constexpr double kDecodePenalty = 1.4;
// One register too few makes the allocator move several.
constexpr double kSpillsPerRegister = 6;
// LLVM unrolls reductions of so few iterations, such as those of a window, whole.
constexpr double kUnrolledTrips = 16;
constexpr double kUnrolledSlowdown = 4;
constexpr double kScalarLoopCycles = 3;

double Product(const std::vector<int64_t>& values) {
  double product = 1;
  for (int64_t value : values) product *= static_cast<double>(value);
  return product;
}

// Iterations of the whole nest, padding included.
double Points(const Nest& nest) {
  double points = Product(nest.extents);
  for (const OuterLoop& outer : nest.outer_loops) {
    points *= static_cast<double>(outer.trips);
  }
  return points;
}

// Arithmetic instructions for one vector of points. A multiply-add is one.
double InstructionsPerVector(const StructuredOp& op) {
  double points = 1;
  for (const LoopInfo& loop : op.loops) points *= static_cast<double>(loop.extent);
  const double flops = op.flops / points;
  const bool multiplies =
      op.kind == AnchorKind::kContraction || op.kind == AnchorKind::kConvolution;
  return multiplies ? 1 : std::max(flops, 0.0);
}

bool Reduces(const Nest& nest) {
  return std::find(nest.reduction.begin(), nest.reduction.end(), true) !=
         nest.reduction.end();
}

// What the instructions of one register tile do.
struct TileWork {
  double accumulators = 1;  // Registers of results.
  double steps = 1;         // Of reductions.
  double vectors = 1;       // Along the loop of the vectors.
  double loads = 0;         // Instructions.
  double gathers = 0;       // Elements that are brought into their lanes one by one.
  double held = 0;          // Registers of operands that live at once.
};

// Of the loops beside that of the vectors that an operand moves with: how many
// different values a tile has.
double ValuesBeside(const OperandInfo& operand, const Nest& nest, int vector_loop) {
  double values = 1;
  for (size_t i = 0; i < nest.extents.size(); ++i) {
    if (static_cast<int>(i) == vector_loop || operand.stride[i] == 0) continue;
    values *= static_cast<double>(nest.extents[i]);
  }
  return values;
}

TileWork DescribeTile(const Nest& nest, VectorizeMode mode, int vector_loop,
                      double lanes) {
  TileWork tile;
  const double length = static_cast<double>(nest.extents[vector_loop]);
  tile.vectors = std::ceil(length / lanes);
  tile.accumulators = tile.vectors;
  for (size_t i = 0; i < nest.extents.size(); ++i) {
    if (static_cast<int>(i) == vector_loop) continue;
    const bool step = nest.reduction[i] && mode != VectorizeMode::kReduction;
    (step ? tile.steps : tile.accumulators) *= static_cast<double>(nest.extents[i]);
  }
  for (const OperandInfo& operand : nest.op.operands) {
    if (operand.output) continue;
    const int64_t stride = operand.stride[vector_loop];
    const double beside = ValuesBeside(operand, nest, vector_loop);
    tile.held += stride == 0 ? 1 : tile.vectors;
    if (stride == 0) {
      tile.loads += beside;
    } else if (stride == 1) {
      tile.loads += beside * tile.vectors;
    } else {
      tile.gathers += beside * length;
    }
  }
  return tile;
}

// Register tiles that pass between two times that the results go to memory: the trips
// of the reductions right around the tile.
double TilesPerResult(const Nest& nest) {
  double trips = 1;
  for (auto outer = nest.outer_loops.rbegin();
       outer != nest.outer_loops.rend() && nest.reduction[outer->loop]; ++outer) {
    trips *= static_cast<double>(outer->trips);
  }
  return trips;
}

// Vectors along a reduction whose lanes are added up one after the other, because the
// order of a sum is kept.
double OrderedSumCycles(const TileWork& tile, double length) {
  const double rows = tile.accumulators / tile.vectors;
  return tile.steps * length * std::max(kOrderedLatency, kOrderedThroughput * rows);
}

// Results that do not fit the registers beside the operands. An operand that is the
// same in every lane can be read by the multiply-add itself; where all of them are
// vectors, twice as many wait in registers.
double SpilledRegisters(const Nest& nest, const TileWork& tile, int vector_loop,
                        const MachineModel& machine) {
  bool broadcasts = false;
  for (const OperandInfo& operand : nest.op.operands) {
    // The window of a pooling is never read.
    const bool window =
        nest.op.kind == AnchorKind::kPooling && &operand == &nest.op.operands[1];
    broadcasts |= !operand.output && !window && operand.stride[vector_loop] == 0;
  }
  const double registers = tile.accumulators + tile.held * (broadcasts ? 1 : 2) + 1;
  const double missing = std::max(0.0, registers - machine.vector_registers);
  return std::min(tile.accumulators, kSpillsPerRegister * missing);
}

double VectorizedCycles(const Nest& nest, VectorizeMode mode,
                        const MachineModel& machine) {
  const double lanes = LanesOf(nest.op, machine);
  const int vector_loop = VectorLoop(nest.op, mode);
  const double length = static_cast<double>(nest.extents[vector_loop]);
  const TileWork tile = DescribeTile(nest, mode, vector_loop, lanes);
  const double tiles = Points(nest) / Product(nest.extents);
  const bool reduces = Reduces(nest);
  const double per_result = reduces ? TilesPerResult(nest) : 1;
  if (nest.reduction[vector_loop] && mode != VectorizeMode::kReduction) {
    return tiles *
           (OrderedSumCycles(tile, length) + kLoopCycles + kResultCycles / per_result);
  }

  const bool strided_output = Output(nest.op).stride[vector_loop] > 1;
  const double arithmetic =
      tile.accumulators * tile.steps * InstructionsPerVector(nest.op);
  // The results go to memory, and come from there where sums begin in memory.
  double stores = tile.accumulators / per_result;
  double loads = tile.loads + (reduces ? stores : 0);
  const double gathers =
      tile.gathers + (strided_output ? stores * std::min(lanes, length) : 0);
  const double spilled =
      reduces ? SpilledRegisters(nest, tile, vector_loop, machine) : 0;
  stores += spilled;
  loads += spilled;
  double cycles = std::max({arithmetic / kFmaPorts, loads / kLoadPorts, stores}) +
                  kGatherCycles * gathers;
  const double instructions = arithmetic + loads + stores + gathers;
  if (instructions > kCachedInstructions) cycles *= kDecodePenalty;
  if (reduces) {
    // Every sum waits for the one before it, while other results are under way as far
    // as the core looks ahead.
    const double overlap = std::max(1.0, kWindow / (per_result * instructions));
    cycles = std::max(cycles, tile.steps * kFmaLatency / overlap);
  }
  cycles += reduces ? kLoopCycles + kResultCycles / per_result : kPlainTileCycles;
  if (mode == VectorizeMode::kReduction) {
    const double rows = tile.accumulators / tile.vectors;
    cycles += kHorizontalCycles * length * rows / per_result;
  }
  return cycles * tiles;
}

// The loops that code without vectors has innermost.
struct ScalarLoops {
  int innermost = 0;
  double unrolled = 1;  // Iterations of the short reductions inside it.
};

ScalarLoops FindScalarLoops(const Nest& nest) {
  ScalarLoops loops;
  for (size_t i = nest.extents.size(); i-- > 0;) {
    const double trips = static_cast<double>(nest.extents[i]);
    if (trips == 1) continue;
    if (nest.reduction[i] && trips <= kUnrolledTrips / 2 &&
        loops.unrolled * trips <= kUnrolledTrips) {
      loops.unrolled *= trips;
      continue;
    }
    loops.innermost = static_cast<int>(i);
    break;
  }
  return loops;
}

double ScalarCycles(const Nest& nest, const MachineModel& machine) {
  const double lanes = LanesOf(nest.op, machine);
  const auto [innermost, unrolled] = FindScalarLoops(nest);
  const double points = Points(nest);
  double moving = 0, strided = 0, still = 0;
  for (const OperandInfo& operand : nest.op.operands) {
    const int64_t stride = operand.stride[innermost];
    (stride == 0 ? still : stride == 1 ? moving : strided) += 1;
  }
  const double arithmetic = std::max(1.0, InstructionsPerVector(nest.op));
  const double trips = static_cast<double>(nest.extents[innermost]);
  const double loop = kScalarLoopCycles / (trips * unrolled);  // Entering, leaving.
  if (nest.reduction[innermost]) {
    // Sums are not reordered without leave, so each waits for the one before it.
    return points * (std::max(kFmaLatency, (moving + strided) / kLoadPorts) + loop);
  }
  const double results = Reduces(nest) ? 1 : 0;  // Read as well as written.
  if (strided > 0 || trips < lanes) {
    const double accesses = moving + strided + still + results;
    return points * (std::max(accesses / kLoadPorts, arithmetic) + 1 + loop);
  }
  // Vectorized by LLVM. The results are in memory between any two steps of a reduction
  // that is not unrolled.
  const bool whole = unrolled > 1;
  const double accesses = whole ? moving - 1 + 2 / unrolled : moving + results;
  const double body = std::max({accesses / kLoadPorts, 1.0, arithmetic / kFmaPorts});
  return points / lanes * (body * (whole ? kUnrolledSlowdown : 1) + 0.25) +
         points * loop;
}

}  // namespace

double LanesOf(const StructuredOp& op, const MachineModel& machine) {
  return static_cast<double>(machine.vector_bytes) / Output(op).element_bytes;
}

double CoreCycles(const Nest& nest, const MachineModel& machine) {
  const Action& end = nest.history.back();
  return end.kind == ActionKind::kVectorize ? VectorizedCycles(nest, *end.mode, machine)
                                            : ScalarCycles(nest, machine);
}

}  // namespace weft
