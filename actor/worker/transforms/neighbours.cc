#include "actor/worker/transforms/neighbours.h"

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "actor/nest/legal_actions.h"
#include "actor/worker/transforms/emission.h"
#include "actor/worker/transforms/largest_divisor.h"

namespace weft {
namespace {

// Narrower vectors than this are not worth the code.
constexpr int64_t kNarrowest = 4;
// Side of the square that a transpose moves at once.
constexpr int64_t kTransposeSide = 8;
// Rows of a contraction's register tile.
constexpr int64_t kContractionRows = 4;

}  // namespace

std::optional<RegisterTile> DefaultRegisterTile(const StructuredOp& op,
                                                const MachineModel& machine) {
  if (!op.vectorizable || op.num_loops() == 0) return std::nullopt;
  const OperandInfo& output = Output(op);
  const int64_t lanes = machine.vector_bytes / output.element_bytes;
  RegisterTile tile;
  tile.sizes.assign(op.num_loops(), 1);
  int vector_loop = ContiguousLoop(output);
  if (op.kind == AnchorKind::kReduction) vector_loop = ContiguousLoop(op.operands[0]);
  if (vector_loop < 0) return std::nullopt;
  const int64_t extent = op.loops[vector_loop].extent;
  int64_t width = LargestDivisor(extent, 2 * lanes);
  if (width < kNarrowest && MayLeaveRest(op)) {
    for (width = 2 * lanes; width > extent;) width /= 2;
  }
  if (width < kNarrowest) return std::nullopt;
  tile.sizes[vector_loop] = width;
  if (op.loops[vector_loop].reduction) {
    if (!op.splittable_reduction) return std::nullopt;
    tile.mode = VectorizeMode::kReduction;
  }
  if (op.transpose) {
    const int input_loop = ContiguousLoop(op.operands[0]);
    tile.sizes[vector_loop] =
        LargestDivisor(op.loops[vector_loop].extent, kTransposeSide);
    tile.sizes[input_loop] =
        LargestDivisor(op.loops[input_loop].extent, kTransposeSide);
  }
  if (op.kind == AnchorKind::kContraction) {
    for (int i = op.num_loops() - 1; i >= 0; --i) {
      if (op.loops[i].reduction || i == vector_loop) continue;
      tile.sizes[i] = LargestDivisor(op.loops[i].extent, kContractionRows);
      break;
    }
  }
  return tile;
}

void VectorizeNeighbours(const Neighbours& neighbours, const MachineModel& machine,
                         ScheduleText* text) {
  for (const Neighbour& neighbour : neighbours) {
    if (neighbour.handle.empty()) continue;
    const std::optional<RegisterTile> tile = DefaultRegisterTile(neighbour.op, machine);
    if (!tile) continue;
    std::vector<int64_t> extents;
    for (const LoopInfo& loop : neighbour.op.loops) extents.push_back(loop.extent);
    EmitRegisterTile(neighbour.op, extents, *tile, neighbour.handle, text);
  }
}

Neighbours& MatchNeighbours(Emission* emission) {
  if (emission->neighbours) return *emission->neighbours;
  const ProgramInfo& program = emission->program;
  Neighbours& neighbours = emission->neighbours.emplace();
  std::map<std::string, std::vector<Handle>> handles;
  for (const StructuredOp& op : program.ops) {
    Neighbour& neighbour = neighbours.emplace_back();
    neighbour.op = op;
    const bool in_group =
        program.fusion.Contains(static_cast<int>(neighbours.size()) - 1);
    if (&op == &program.anchor() ||
        (!in_group && !DefaultRegisterTile(op, emission->machine))) {
      continue;
    }
    std::vector<Handle>& of_name = handles[op.name];
    if (of_name.empty()) of_name = emission->text.MatchEach(op.name, op.count);
    neighbour.handle = of_name[op.index];
  }
  return neighbours;
}

}  // namespace weft
