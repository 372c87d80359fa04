#include "actor/worker/transforms/emission.h"

namespace weft {
namespace {

// A loop over tiles of the last operation of the group, into which fuse then moves what
// comes before it.
void TileLastMember(const std::vector<int64_t>& sizes, Emission* emission) {
  const ProgramInfo& program = emission->program;
  Neighbour& last = MatchNeighbours(emission)[program.fusion.members.back()];
  std::vector<int64_t> member_sizes(last.op.num_loops(), 0);
  for (int d = 0; d < program.fusion.shared_dimensions; ++d) {
    member_sizes[LoopOfDimension(Output(last.op).coefficients[d])] =
        sizes[LoopOfDimension(Output(program.anchor()).coefficients[d])];
  }
  const ScheduleText::ForallTile tile =
      emission->text.TileUsingForall(last.handle, member_sizes);
  last.handle = tile.tiled;
  emission->forall = tile.loop;
}

}  // namespace

void EmitParallelize(const Action& action, Emission* emission) {
  const std::vector<int64_t> sizes = emission->nest.SplittingSizes(action.sizes);
  const ProgramInfo& program = emission->program;
  emission->bands_take_fill &= emission->fuse_follows;
  if (emission->fuse_follows && program.fusion.members.back() > program.anchor_index) {
    TileLastMember(sizes, emission);
    return;
  }
  if (emission->fuse_follows) MatchNeighbours(emission);
  const ScheduleText::ForallTile tile =
      emission->text.TileUsingForall(emission->anchor, sizes);
  emission->anchor = tile.tiled;
  emission->forall = tile.loop;
}

}  // namespace weft
