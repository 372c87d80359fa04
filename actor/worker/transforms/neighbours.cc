#include "actor/worker/transforms/neighbours.h"

#include <map>
#include <string>
#include <vector>

namespace weft {
namespace {

// Narrower vectors than this are not worth the code.
constexpr int64_t kNarrowest = 4;
// Side of the square that a transpose moves at once.
constexpr int64_t kTransposeSide = 8;
// Rows of a contraction's register tile.
constexpr int64_t kContractionRows = 4;

int64_t LargestDivisor(int64_t extent, int64_t at_most) {
  int64_t size = at_most;
  while (size > 1 && extent % size != 0) size /= 2;
  return size;
}

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
  const int64_t width = LargestDivisor(op.loops[vector_loop].extent, 2 * lanes);
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

void EmitNeighbours(const ProgramInfo& program, const MachineModel& machine,
                    ScheduleText* text) {
  // All handles first, while the positions are still those of the program.
  std::map<std::string, std::vector<Handle>> handles;
  for (const StructuredOp& op : program.ops) {
    if (&op == &program.anchor() || !DefaultRegisterTile(op, machine)) continue;
    if (handles.count(op.name) > 0) continue;
    handles[op.name] = text->MatchEach(op.name, op.count);
  }
  for (const StructuredOp& op : program.ops) {
    if (&op == &program.anchor()) continue;
    const std::optional<RegisterTile> tile = DefaultRegisterTile(op, machine);
    if (!tile) continue;
    std::vector<int64_t> extents;
    for (const LoopInfo& loop : op.loops) extents.push_back(loop.extent);
    EmitRegisterTile(op, extents, *tile, handles[op.name][op.index], text);
  }
}

}  // namespace weft
