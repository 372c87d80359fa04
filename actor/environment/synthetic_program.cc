#include "actor/environment/synthetic_program.h"

#include <algorithm>
#include <numeric>
#include <random>

namespace weft {
namespace {

constexpr double kElementBytes = 4;

int64_t Trips(const SyntheticProgram& program, const std::vector<int64_t>& tile) {
  int64_t trips = 1;
  for (int l = 0; l < program.num_loops(); ++l) trips *= program.extents[l] / tile[l];
  return trips;
}

// Bytes that pass between the cache and what is behind it. Every tile brings in what it
// touches, save an operand that does not move with the band's innermost loop: that one
// stays for all the trips of this loop.
double TrafficBytes(const SyntheticProgram& program, const SyntheticNest& nest) {
  const int innermost = nest.tile_order.back();
  const double trips = static_cast<double>(Trips(program, nest.tile));
  const double inner_trips =
      static_cast<double>(program.extents[innermost] / nest.tile[innermost]);
  double bytes = 0;
  for (size_t i = 0; i < program.strides.size(); ++i) {
    const bool stays = program.strides[i][innermost] == 0;
    bytes += static_cast<double>(program.Footprint(i, nest.tile)) * kElementBytes *
             trips / (stays ? inner_trips : 1);
  }
  return bytes;
}

double MemorySeconds(const SyntheticProgram& program, const MachineModel& machine,
                     const SyntheticNest& nest) {
  double working_set = 0;
  for (size_t i = 0; i < program.strides.size(); ++i) {
    working_set += static_cast<double>(program.Footprint(i, nest.tile)) * kElementBytes;
  }
  const double l1 = static_cast<double>(machine.l1_bytes);
  const double misses = working_set <= l1 ? 1 : working_set <= 4 * l1 ? 4 : 16;
  return std::max(program.bytes() / machine.memory_bandwidth,
                  TrafficBytes(program, nest) * misses / machine.cache_bandwidth);
}

// The loop whose iterations become lanes.
int LaneLoop(const SyntheticProgram& program, VectorizeMode mode) {
  const std::vector<int64_t>& walked = mode == VectorizeMode::kReduction
                                           ? program.strides.front()
                                           : program.strides.back();
  return static_cast<int>(std::find(walked.begin(), walked.end(), 1) - walked.begin());
}

double PenaltyOfStridedLanes(const SyntheticProgram& program, int lane_loop) {
  double efficiency = 1;
  for (const std::vector<int64_t>& stride : program.strides) {
    if (stride[lane_loop] > 1) efficiency *= 0.4;
  }
  return efficiency;
}

double VectorEfficiency(const SyntheticProgram& program, const MachineModel& machine,
                        const SyntheticNest& nest) {
  const int lane_loop = LaneLoop(program, *nest.mode);
  const int64_t width = machine.vector_bytes / 4;
  const int64_t lanes = std::gcd(nest.registers[lane_loop], width);
  int64_t parallel = 1;
  int64_t steps = 1;
  for (int l = 0; l < program.num_loops(); ++l) {
    const bool accumulates =
        !program.reduction[l] || *nest.mode == VectorizeMode::kReduction;
    (accumulates ? parallel : steps) *= nest.registers[l];
  }
  const double accumulators =
      static_cast<double>(parallel) / static_cast<double>(lanes);
  const double hides_latency = std::min(1.0, 0.2 + 0.1 * accumulators);
  const double spills = accumulators > machine.vector_registers - 4.0 ? 0.35 : 1.0;
  const double loop_overhead = 1 / (1 + 0.5 / static_cast<double>(parallel * steps));
  const double code_size = accumulators * static_cast<double>(steps) > 64 ? 0.6 : 1.0;
  return static_cast<double>(lanes) / static_cast<double>(width) * hides_latency *
         spills * loop_overhead * code_size * PenaltyOfStridedLanes(program, lane_loop);
}

// What the compiler makes of scalar loops: it vectorizes a contiguous innermost loop.
double ScalarEfficiency(const SyntheticProgram& program, const SyntheticNest& nest) {
  const int innermost = nest.inner_order.back();
  const bool contiguous = std::all_of(
      program.strides.begin(), program.strides.end(),
      [&](const std::vector<int64_t>& stride) { return stride[innermost] <= 1; });
  return contiguous && !program.reduction[innermost] ? 0.15 : 0.05;
}

// Accumulators stay in registers only while the loop around them is a reduction.
double AccumulatorReuse(const SyntheticProgram& program, const SyntheticNest& nest) {
  const bool reduces = std::find(program.reduction.begin(), program.reduction.end(),
                                 true) != program.reduction.end();
  return reduces && !program.reduction[nest.inner_order.back()] ? 0.7 : 1.0;
}

std::vector<int> Identity(int count) {
  std::vector<int> order(count);
  std::iota(order.begin(), order.end(), 0);
  return order;
}

}  // namespace

double SyntheticProgram::flops() const {
  double points = flops_per_point;
  for (int64_t extent : extents) points *= static_cast<double>(extent);
  return points;
}

double SyntheticProgram::bytes() const {
  double elements = 0;
  for (size_t i = 0; i < strides.size(); ++i) {
    elements += static_cast<double>(Footprint(i, extents));
  }
  return elements * kElementBytes;
}

int64_t SyntheticProgram::Footprint(size_t operand,
                                    const std::vector<int64_t>& tile) const {
  int64_t elements = 1;
  for (int l = 0; l < num_loops(); ++l) {
    if (strides[operand][l] != 0) elements *= tile[l];
  }
  return elements;
}

const std::vector<SyntheticProgram>& SyntheticPrograms() {
  static const auto* const programs = new std::vector<SyntheticProgram>{
      {"matmul",
       AnchorKind::kContraction,
       {128, 256, 128},
       {false, false, true},
       {{128, 0, 1}, {0, 1, 256}, {256, 1, 0}},
       2},
      {"matmul_reduction_outermost",
       AnchorKind::kContraction,
       {256, 128, 128},
       {true, false, false},
       {{1, 256, 0}, {128, 0, 1}, {0, 128, 1}},
       2},
      {"transpose",
       AnchorKind::kOther,
       {512, 512},
       {false, false},
       {{512, 1}, {1, 512}},
       1},
      {"row_sum",
       AnchorKind::kReduction,
       {512, 1024},
       {false, true},
       {{1024, 1}, {1, 0}},
       1},
      {"bias_add",
       AnchorKind::kElementwise,
       {256, 512},
       {false, false},
       {{512, 1}, {0, 1}, {512, 1}},
       1},
  };
  return *programs;
}

SyntheticNest Untransformed(const SyntheticProgram& program) {
  SyntheticNest nest;
  nest.tile = program.extents;
  nest.tile_order = Identity(program.num_loops());
  nest.inner_order = nest.tile_order;
  return nest;
}

MachineModel SyntheticMachine(uint64_t seed) {
  std::mt19937_64 random(seed);
  MachineModel machine;
  machine.l1_bytes = (random() % 2 == 0 ? 16 : 32) << 10;
  machine.peak_flops = 40e9 * (1 + static_cast<double>(random() % 8) / 8);
  machine.cache_bandwidth = 30e9 * (1 + static_cast<double>(random() % 8) / 8);
  machine.memory_bandwidth = machine.cache_bandwidth / 4;
  return machine;
}

double SyntheticSeconds(const SyntheticProgram& program, const MachineModel& machine,
                        const SyntheticNest& nest) {
  constexpr double kSecondsPerTile = 10e-9;
  const double efficiency = (nest.mode ? VectorEfficiency(program, machine, nest) *
                                             AccumulatorReuse(program, nest)
                                       : ScalarEfficiency(program, nest));
  const double compute = program.flops() / (machine.peak_flops * efficiency);
  const double overhead =
      nest.tiled ? static_cast<double>(Trips(program, nest.tile)) * kSecondsPerTile : 0;
  return std::max(1e-7, compute + MemorySeconds(program, machine, nest) + overhead);
}

}  // namespace weft
