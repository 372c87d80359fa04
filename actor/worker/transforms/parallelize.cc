#include "actor/worker/transforms/emission.h"

namespace weft {
namespace {

// A loop over tiles of the last elementwise operation after the anchor, into which fuse
// then moves what comes before it.
void TileLastConsumer(const std::vector<int64_t>& sizes, Emission* emission) {
  const ProgramInfo& program = emission->program;
  const int last = program.fusion.consumers.back();
  const OperandInfo& output = Output(program.anchor());
  std::vector<int64_t> consumer_sizes;
  for (const std::vector<int64_t>& dimension : output.coefficients) {
    const int loop = LoopOfDimension(dimension);
    consumer_sizes.push_back(sizes[loop]);
  }
  Handle& consumer = MatchNeighbours(emission)[last].handle;
  const ScheduleText::ForallTile tile =
      emission->text.TileUsingForall(consumer, consumer_sizes);
  consumer = tile.tiled;
  emission->forall = tile.loop;
}

}  // namespace

void EmitParallelize(const Action& action, Emission* emission) {
  const std::vector<int64_t> sizes = emission->nest.SplittingSizes(action.sizes);
  if (emission->fuse_follows && !emission->program.fusion.consumers.empty()) {
    TileLastConsumer(sizes, emission);
    return;
  }
  if (emission->fuse_follows) MatchNeighbours(emission);
  const ScheduleText::ForallTile tile =
      emission->text.TileUsingForall(emission->anchor, sizes);
  emission->anchor = tile.tiled;
  emission->forall = tile.loop;
}

}  // namespace weft
