#include "actor/environment/cost_model/memory_traffic.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <numeric>
#include <vector>

namespace weft {
namespace {

constexpr int64_t kLineBytes = 64;
constexpr int64_t kSets = 64;  // Of a first-level cache: 32 or 48 KiB in 8 or 12 ways.
// A cache is not fully associative, and other data passes through it.
constexpr double kUsableShare = 0.85;

struct RunningLoop {
  int loop;
  double trips;
};

// All loops in the order in which they run.
std::vector<RunningLoop> RunningLoops(const Nest& nest) {
  std::vector<RunningLoop> running;
  for (const OuterLoop& outer : nest.outer_loops) {
    running.push_back({outer.loop, static_cast<double>(outer.trips)});
  }
  for (size_t i = 0; i < nest.extents.size(); ++i) {
    running.push_back({static_cast<int>(i), static_cast<double>(nest.extents[i])});
  }
  return running;
}

bool MovesWith(const OperandInfo& operand, int loop) {
  return std::any_of(operand.coefficients.begin(), operand.coefficients.end(),
                     [loop](const auto& dimension) { return dimension[loop] != 0; });
}

double Span(const std::vector<int64_t>& dimension, const std::vector<double>& extents) {
  double span = 1;
  for (size_t i = 0; i < dimension.size(); ++i) {
    span += std::abs(static_cast<double>(dimension[i])) * (extents[i] - 1);
  }
  return span;
}

// Bytes of the operand that iterations of these extents touch, in rows of at least
// `shortest_row` bytes, and never more than the whole operand.
double TouchedBytes(const OperandInfo& operand, const std::vector<double>& extents,
                    double shortest_row = kLineBytes) {
  const double whole = static_cast<double>(operand.elements) * operand.element_bytes;
  double rows = 1;
  double row_bytes = operand.element_bytes;
  for (size_t d = 0; d < operand.coefficients.size(); ++d) {
    const bool last = d + 1 == operand.coefficients.size();
    (last ? row_bytes : rows) *= Span(operand.coefficients[d], extents);
  }
  return std::min(rows * std::max(row_bytes, shortest_row), whole);
}

// The share of the sets of a first-level cache that rows of an operand can be in. Rows
// whose distance is a multiple of a power of two of lines share few sets, so that a
// small cache holds less of them than its size says.
double ShareOfSets(const OperandInfo& operand, const std::vector<double>& extents) {
  if (operand.coefficients.size() < 2) return 1;
  const double row_bytes =
      Span(operand.coefficients.back(), extents) * operand.element_bytes;
  // The distance of rows: the stride of the last dimension but one.
  const std::vector<int64_t>& rows =
      operand.coefficients[operand.coefficients.size() - 2];
  int64_t distance = 0;
  for (size_t i = 0; i < rows.size(); ++i) {
    if (rows[i] != 0) distance = operand.stride[i] / rows[i];
  }
  const int64_t bytes = distance * operand.element_bytes;
  if (bytes == 0 || bytes % kLineBytes != 0 || Span(rows, extents) < 2) return 1;
  const int64_t different = kSets / std::gcd(bytes / kLineBytes, kSets);
  return std::min(
      1.0, static_cast<double>(different) * std::ceil(row_bytes / kLineBytes) / kSets);
}

// What the operands of a part of the nest take of a cache of many sets, or of the first
// one, which has few.
double WorkingSet(const Nest& nest, const std::vector<double>& extents, bool few_sets) {
  double bytes = 0;
  for (const OperandInfo& operand : nest.op.operands) {
    bytes +=
        TouchedBytes(operand, extents) / (few_sets ? ShareOfSets(operand, extents) : 1);
  }
  return bytes;
}

double TimesRead(const OperandInfo& operand, const std::vector<RunningLoop>& running,
                 size_t depth) {
  double times = 1;
  bool stays = true;
  for (size_t outer = depth; outer-- > 0;) {
    stays = stays && !MovesWith(operand, running[outer].loop);
    if (!stays) times *= running[outer].trips;
  }
  return times;
}

// What passes into a cache that holds the part of the nest inside `depth`.
double Traffic(const Nest& nest, const std::vector<double>& extents,
               const std::vector<RunningLoop>& running, size_t depth) {
  const int next = running[depth - 1].loop;
  double bytes = 0;
  for (const OperandInfo& operand : nest.op.operands) {
    // Where the next loop outside goes along the rows, it finds the rest of a line.
    const double shortest_row = ContiguousLoop(operand) == next ? 0 : kLineBytes;
    // What is written is read before and written back after.
    bytes += (operand.output ? 2 : 1) * TouchedBytes(operand, extents, shortest_row) *
             TimesRead(operand, running, depth);
  }
  return bytes;
}

}  // namespace

CacheTraffic TrafficOf(const Nest& nest, const MachineModel& machine) {
  const std::vector<RunningLoop> running = RunningLoops(nest);
  const std::array<double, kNumCacheLevels> capacity = {
      kUsableShare * static_cast<double>(machine.l1_bytes),
      kUsableShare * static_cast<double>(machine.l2_bytes),
      kUsableShare * static_cast<double>(machine.l3_bytes)};
  CacheTraffic traffic = {};
  // From the innermost loop outward; a level takes the last depth that it holds.
  std::vector<double> extents(nest.extents.size(), 1);
  size_t full = 0;  // Levels that hold no more.
  for (size_t depth = running.size() + 1; depth-- > 0 && full < capacity.size();) {
    if (depth < running.size()) extents[running[depth].loop] *= running[depth].trips;
    const bool innermost = depth == running.size();
    while (full < capacity.size() && !innermost &&
           WorkingSet(nest, extents, full == 0) > capacity[full]) {
      ++full;
    }
    for (size_t level = full; level < capacity.size(); ++level) {
      traffic[level] = depth == 0 ? 0 : Traffic(nest, extents, running, depth);
    }
  }
  return traffic;
}

}  // namespace weft
